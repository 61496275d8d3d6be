/* The list of events, newest change first, one row each. */

import { el, mark, put, words } from "./dom.js";
import { PHASES, age, fullTime, label, placeShort } from "./words.js";

function row(event, onOpen) {
  const parts = {
    mark: el("span", { class: "row-mark" }),
    age: el("time", { class: "row-age" }),
    headline: el("span", { class: "row-headline" }),
    foot: el("span", { class: "row-foot" }),
  };
  const button = el(
    "button",
    { type: "button", class: "row", tabindex: "-1", click: () => onOpen(event.event_id) },
    ...Object.values(parts),
  );
  return { item: el("li", { "data-id": event.event_id }, button), button, parts, shown: null };
}

function fillRow({ button, parts }, event) {
  button.className = `row ${event.phase} ${event.drill ? "drill" : ""}`;
  const level = el("span", { class: "row-level" }, label(event.level));
  put(parts.mark, mark(event.level), level, words(label(event.hazard)));
  put(parts.headline, words(event.headline, event.lang));
  parts.age.dateTime = event.at;
  parts.age.title = fullTime(event.at);
  const state = event.phase === "reported" ? null : PHASES[event.phase];
  const official = event.tier === "official" ? "Official word" : null;
  const foot = [event.drill ? "Drill" : null, event.certainty, state, official];
  const rest = foot.filter(Boolean).map((text) => ` · ${text}`);
  put(parts.foot, words(placeShort(event.place)), ...rest);
}

/** Rows that are updated in place, so that focus and scroll stay where they are. */
export class EventList {
  constructor(root, { onOpen, onMove }) {
    this.root = root;
    this.rows = new Map();
    this.onOpen = onOpen;
    root.addEventListener("focusin", (moment) => {
      const id = moment.target.closest("li")?.dataset.id;
      if (id) onMove(id);
    });
  }

  /** Show these events in this order; `marked` is the row under the cursor, `open` the one shown. */
  render(events, { marked, open, nowMs }) {
    const wanted = new Set(events.map((event) => event.event_id));
    for (const [id, known] of this.rows) {
      if (!wanted.has(id)) {
        known.item.remove();
        this.rows.delete(id);
      }
    }
    const tabStop = wanted.has(marked) ? marked : events[0]?.event_id;
    events.forEach((event, at) => {
      const id = event.event_id;
      const known = this.rows.get(id) ?? row(event, this.onOpen);
      this.rows.set(id, known);
      if (known.shown !== event) fillRow(known, event);
      known.shown = event;
      known.parts.age.textContent = age(event.at, nowMs);
      known.button.tabIndex = id === tabStop ? 0 : -1;
      if (id === open) known.button.setAttribute("aria-current", "true");
      else known.button.removeAttribute("aria-current");
      known.button.classList.toggle("marked", id === marked);
      if (this.root.children[at] !== known.item) this.#place(known, at);
    });
  }

  #place(known, at) {
    // Moving a node drops its focus, so the focus is given back.
    const focused = document.activeElement === known.button;
    this.root.insertBefore(known.item, this.root.children[at] ?? null);
    if (focused) known.button.focus({ preventScroll: true });
  }

  /** Put the cursor on one row. */
  focus(id) {
    const button = this.rows.get(id)?.button;
    button?.focus({ preventScroll: true });
    button?.scrollIntoView({ block: "nearest" });
  }
}
