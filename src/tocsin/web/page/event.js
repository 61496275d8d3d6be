/* The panel of one event: what, where, how bad, how sure, and on what grounds. */

import { el, mark, outward, put, words } from "./dom.js";
import * as say from "./words.js";

function section(title, ...content) {
  return el("section", {}, el("h3", {}, title), ...content);
}

function pair(term, ...description) {
  return [el("dt", {}, term), el("dd", {}, ...description)];
}

function moment(iso, nowMs) {
  return el("time", { datetime: iso, title: say.fullTime(iso) }, say.time(iso, nowMs));
}

function rating(event) {
  const parts = [event.severity, event.urgency, event.certainty];
  const names = ["Severity", "Urgency", "Certainty"];
  return el(
    "div",
    { class: `rating ${event.level}` },
    el("span", { class: "level" }, mark(event.level), say.label(event.level)),
    el(
      "dl",
      {},
      ...parts.map((value, i) => el("div", {}, el("dt", {}, names[i]), el("dd", {}, value))),
    ),
  );
}

function impact(event) {
  if (!event.facts.length) return null;
  const line = (item) =>
    el(
      "li",
      {},
      el("span", { class: "quiet" }, words(say.label(item.kind))),
      el("span", { class: "figure" }, words(say.fact(item))),
      el("span", { class: "from" }, item.from === "official" ? "official" : "from posts"),
    );
  return section("Impact", el("ul", { class: "facts" }, ...event.facts.map(line)));
}

function official(event, nowMs) {
  if (!event.bulletins.length) return null;
  const line = (item) =>
    el(
      "li",
      {},
      el("strong", {}, words(say.source(item.source))),
      " ",
      moment(item.sent, nowMs),
      el("span", { class: "quiet" }, say.lead(item.lead_time_s)),
      item.url ? outward(item.url, "Read the bulletin") : null,
    );
  return section("Official word", el("ul", { class: "bulletins" }, ...event.bulletins.map(line)));
}

function standing(event, nowMs) {
  return el(
    "dl",
    { class: "standing" },
    ...pair("State", say.PHASES[event.phase] ?? event.phase),
    ...pair("First seen", moment(event.first_seen, nowMs)),
    ...pair("Last change", moment(event.at, nowMs)),
    ...pair("Voices", event.voices === "0" ? "none" : `${say.band(event.voices)} distinct`),
    ...pair("Sources", words(event.families.map(say.source).join(", ") || "none")),
    ...pair("Confidence", `${Math.round(event.confidence * 100)} %`),
    ...(event.population ? pair("People nearby", words(event.population)) : []),
  );
}

function grounds(event) {
  if (!event.why.length) return null;
  const lines = event.why.map((why) => el("li", {}, words(say.ground(why))));
  return section("Why", el("ul", { class: "why" }, ...lines));
}

function history(revisions, nowMs) {
  const lines = revisions.map((now, i) =>
    el(
      "li",
      {},
      moment(now.at, nowMs),
      el("div", {}, ...say.changes(revisions[i - 1], now).map((line) => el("p", {}, words(line)))),
    ),
  );
  return section("What changed", el("ol", { class: "history" }, ...lines.reverse()));
}

function notice(event) {
  if (event.drill) return el("p", { class: "notice drill" }, "Drill. This has not happened.");
  if (event.phase === "withdrawn") {
    return el("p", { class: "notice" }, "Withdrawn: what was said before no longer holds.");
  }
  return el("p", { class: "notice" }, say.TIERS[event.tier], " Automatic, not an official warning.");
}

/** Draws the panel into its root; the caller fetches the revisions. */
export class Panel {
  constructor(root, { onClose, onOpen }) {
    Object.assign(this, { root, onClose, onOpen });
    this.id = null;
    this.shown = null;
  }

  /** Show one event; keeps scroll and focus when it is the same event again. */
  show(event, revisions, nowMs) {
    // By revision: a second snapshot brings new objects that say the same.
    const shown = `${event.event_id} ${event.revision} ${revisions?.at(-1)?.revision} ${revisions?.length}`;
    if (this.shown === shown) return;
    this.shown = shown;
    const held = this.#held();
    const scroll = this.id === event.event_id ? this.root.scrollTop : 0;
    this.id = event.event_id;
    put(
      this.root,
      this.#head(event),
      el("h2", { id: "panel-title", tabindex: "-1" }, words(event.headline, event.lang)),
      this.#where(event),
      rating(event),
      notice(event),
      this.#merged(event),
      impact(event),
      official(event, nowMs),
      section("Details", standing(event, nowMs)),
      grounds(event),
      revisions ? history(revisions, nowMs) : null,
      el(
        "footer",
        {},
        el("a", { href: `/api/events/${encodeURIComponent(event.event_id)}` }, "As JSON"),
        el("span", { class: "quiet" }, `Contract ${event.contract}`),
      ),
    );
    this.root.hidden = false;
    this.root.scrollTop = scroll;
    if (held) this.#focus(held);
  }

  /** What a reader in the panel stands on, in words that outlive a redraw; null outside it. */
  #held() {
    const on = document.activeElement;
    return this.root.contains(on) ? `${on.tagName} ${on.textContent}` : null;
  }

  /** Give the focus back to what was held, or to the title when that is gone. */
  #focus(held) {
    const same = [...this.root.querySelectorAll("a, button, summary")].find(
      (node) => `${node.tagName} ${node.textContent}` === held,
    );
    (same ?? this.root.querySelector("h2")).focus({ preventScroll: true });
  }

  /** Show that an event cannot be had. */
  missing(id) {
    this.id = id;
    this.shown = null;
    this.root.replaceChildren(
      this.#head({ hazard: "event" }),
      el("h2", { id: "panel-title", tabindex: "-1" }, "This event is no longer kept"),
      el("p", {}, "Choose another one from the list."),
    );
    this.root.hidden = false;
  }

  /** Put the panel away. */
  hide() {
    this.id = null;
    this.shown = null;
    this.root.hidden = true;
    this.root.replaceChildren();
  }

  #head(event) {
    return el(
      "header",
      {},
      el("span", { class: "kind" }, words(say.label(event.hazard))),
      el("button", { type: "button", class: "close", "aria-label": "Close", click: this.onClose }, "×"),
    );
  }

  #where(event) {
    const place = event.place;
    return el(
      "p",
      { class: "where" },
      words(say.placeName(place)),
      place ? el("span", { class: "quiet" }, say.radius(place)) : null,
    );
  }

  #merged(event) {
    if (!event.merged_into) return null;
    const open = () => this.onOpen(event.merged_into);
    return el(
      "p",
      {},
      "Became part of another event. ",
      el("button", { type: "button", class: "plain", click: open }, "Show that one"),
    );
  }
}
