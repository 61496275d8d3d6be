/* Which screen the address names; so links, back and forward work. */

const ID = /^[0-9a-z]{16}$/;

export type Screen = "now" | "event" | "watches" | "state" | "coverage";

class Route {
  screen = $state<Screen>("now");
  /** Event that is open, beside the map or on its own page. */
  id = $state<string | null>(null);

  constructor() {
    this.#follow();
    addEventListener("hashchange", () => this.#follow());
    addEventListener("popstate", () => this.#follow());
  }

  #follow(): void {
    const words = location.hash.slice(1).split("/").filter(Boolean);
    const [first = "", second = ""] = words;
    this.id = null;
    if (ID.test(first)) {
      this.screen = "now";
      this.id = first;
    } else if (first === "event" && ID.test(second)) {
      this.screen = "event";
      this.id = second;
    } else {
      this.screen = (["watches", "state", "coverage"] as const).find((one) => one === first) ?? "now";
    }
  }

  /** Open an event beside the map, or none. */
  open(id: string | null): void {
    if (id) location.hash = id;
    else {
      history.pushState(null, "", location.pathname);
      this.#follow();
    }
  }
}

export const route = new Route();
