/* What the reader chose; it stays in this browser. */

const KEY = "tocsin";

export type Theme = "auto" | "light" | "dark";

interface Chosen {
  theme: Theme;
  lang: string;
  sound: boolean;
  notify: boolean;
  verify: boolean;
  muted: string[];
  left_at: string;
}

const FIRST: Chosen = {
  theme: "auto", lang: "", sound: false, notify: false, verify: false, muted: [], left_at: "",
};
const MUTED_MOST = 200;

function stored(): Chosen {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Chosen>;
    return { ...FIRST, ...found };
  } catch {
    return { ...FIRST };
  }
}

class Settings {
  #kept = $state<Chosen>(stored());

  get theme(): Theme {
    return this.#kept.theme;
  }
  get lang(): string {
    return this.#kept.lang;
  }
  get sound(): boolean {
    return this.#kept.sound;
  }
  get notify(): boolean {
    return this.#kept.notify;
  }
  get verify(): boolean {
    return this.#kept.verify;
  }
  get muted(): string[] {
    return this.#kept.muted;
  }
  /** When the reader last said that all is seen; RFC 3339, or empty. */
  get leftAt(): string {
    return this.#kept.left_at;
  }

  choose(changes: Partial<Chosen>): void {
    this.#kept = { ...this.#kept, ...changes };
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#kept));
    } catch {
      // Without storage the choice holds until the page is closed.
    }
  }

  /** Hide an event from this reader's list, or show it again. */
  mute(id: string, on: boolean): void {
    const others = this.muted.filter((one) => one !== id);
    this.choose({ muted: on ? [...others, id].slice(-MUTED_MOST) : others });
  }
}

export const settings = new Settings();
