/* What the page says about itself: the line, the sources, the alerts, and what to do when empty. */

import { el, mark, put, words } from "./dom.js";
import { fullTime, label, placeShort, source, time } from "./words.js";

/* What each part shows already, so that it is not drawn anew under a reader's hands. */
const drawn = new WeakMap();
const KINDS = { alert: "Alert", update: "Update", withdrawal: "Withdrawal" };

/** Words and class for the state of the line and of the sources behind it. */
export function lineState(line, health, nowMs) {
  if (line.state === "connecting") return ["wait", "Connecting"];
  if (line.state === "reconnecting") return ["wait", "Reconnecting"];
  if (line.state === "blind") return ["blind", `Blind since ${time(line.since.toISOString(), Date.now())}`];
  if (health?.blind_since) return ["blind", `Sources blind since ${time(health.blind_since, nowMs)}`];
  return ["live", "Live"];
}

/** The row of alerts that were sent; hidden while there are none. */
export function showAlerts(root, alerts, { nowMs, onOpen }) {
  root.hidden = !alerts.length;
  if (!alerts.length || drawn.get(root) === alerts) return;
  drawn.set(root, alerts);
  const latest = alerts[0];
  const lines = alerts.slice(0, 50).map((alert) =>
    el(
      "li",
      {},
      el(
        "button",
        { type: "button", click: () => onOpen(alert.event.event_id) },
        el("time", { datetime: alert.event.at, title: fullTime(alert.event.at) }, time(alert.event.at, nowMs)),
        el("span", {}, mark(alert.event.level), KINDS[alert.kind] ?? alert.kind, " · ", words(alert.event.headline, alert.event.lang)),
        el("span", { class: "quiet" }, words(alert.meaning), " → ", words(alert.channel)),
      ),
    ),
  );
  const count = alerts.length === 1 ? "1 alert sent" : `${alerts.length} alerts sent`;
  put(
    root.querySelector("summary"),
    el("span", { class: "count" }, count),
    el("span", { class: "quiet" }, words(`${label(latest.event.hazard)}, ${placeShort(latest.event.place)}`)),
  );
  put(root.querySelector("ul"), ...lines);
}

/** What to read and do when the list is empty. */
export function emptyState(root, { total, shown, ready, health, onClear }) {
  root.hidden = shown > 0 || !ready;
  if (root.hidden) return;
  const live = (health?.sources ?? []).filter((one) => one.state === "live" && !one.deaf_since);
  const names = live.map((one) => source(one.name)).join(", ");
  const key = total > 0 ? "filter" : `quiet ${names}`;
  if (drawn.get(root) === key) return;
  drawn.set(root, key);
  if (total > 0) {
    const clear = el("button", { type: "button", class: "plain", click: onClear }, "Clear the filter");
    put(root, el("h2", {}, "Nothing matches the filter"), el("p", {}, clear));
  } else put(root, el("h2", {}, "All quiet"), ...quiet(names));
}

function quiet(names) {
  const code = (text) => el("code", {}, text);
  return [
    names
      ? el("p", {}, "Listening to ", words(names), ". A hazard appears here by itself once five distinct voices or an official bulletin report it.")
      : el("p", {}, "No source is live, so nothing can appear. Check them with ", code("tocsin doctor"), "."),
    el("p", {}, "To see how it looks, run ", code("tocsin demo"), ". To be told of events, add a ", code("[[watches]]"), " entry to ", code("tocsin.toml"), "."),
  ];
}

/** One line about each source, for the foot of the page. */
export function showSources(root, health, nowMs) {
  const line = (one) =>
    el(
      "li",
      {},
      el("strong", {}, words(source(one.name))),
      ` ${one.state}`,
      one.deaf_since ? ` · deaf since ${time(one.deaf_since, nowMs)}` : "",
      one.rate_per_min ? ` · ${one.rate_per_min.toLocaleString("en")}+ per min` : "",
      one.last_message ? ` · last ${time(one.last_message, nowMs)}` : "",
    );
  const sources = health?.sources ?? [];
  put(root, ...(sources.length ? sources.map(line) : [el("li", {}, "none")]));
}
