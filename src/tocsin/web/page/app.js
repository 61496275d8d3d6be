/* The state of the page, its filters and keys, and the wiring of everything else. */

import { Panel } from "./event.js";
import { movable } from "./hands.js";
import { EventList } from "./list.js";
import { WorldMap } from "./map.js";
import { emptyState, lineState, showAlerts, showSources } from "./status.js";
import { signedIn } from "./session.js";
import { Stream, get } from "./stream.js";
import { el, put } from "./dom.js";
import { country, label } from "./words.js";

const KEPT = 500;
const FRESH_MS = 6_000;
const FRESH_MOST = 12;
const HEALTH_MS = 15_000;
const LEVELS = ["green", "yellow", "red"];
const ID = /^[0-9a-z]{16}$/;

const $ = (id) => document.getElementById(id);
const state = {
  events: new Map(),
  alerts: [],
  health: null,
  line: { state: "connecting", since: null },
  skewMs: 0,
  open: null,
  marked: null,
  revisions: null,
  fresh: new Set(),
  ready: false,
  level: "green",
  filter: "",
};
let arrivals = null;
let loading = 0;
let asked = 0;
let frame = 0;

const nowMs = () => Date.now() + state.skewMs;
const map = new WorldMap($("map"), { onOpen: (id) => open(id) });
const list = new EventList($("events"), {
  onOpen: (id) => open(id),
  onMove: (id) => {
    state.marked = id;
    soon();
  },
});
const panel = new Panel($("panel"), { onClose: close, onOpen: (id) => open(id) });
movable(map);

function matches(event) {
  if (event.phase === "merged") return false;
  if (LEVELS.indexOf(event.level) < LEVELS.indexOf(state.level)) return false;
  if (!state.filter) return true;
  const place = event.place;
  const fields = [label(event.hazard), place?.name, place?.admin1, country(place?.country)];
  return fields.some((field) => field?.toLowerCase().includes(state.filter));
}

const visible = () => [...state.events.values()].reverse().filter(matches);

function soon() {
  if (!frame) frame = requestAnimationFrame(render);
}

function render() {
  frame = 0;
  const events = visible();
  const now = nowMs();
  list.render(events, { marked: state.marked, open: state.open, nowMs: now });
  const drawn = events.filter((event) => event.phase !== "withdrawn");
  map.render(drawn, { open: state.open, fresh: state.fresh });
  showAlerts($("alerts"), state.alerts, { nowMs: now, onOpen: (id) => open(id) });
  emptyState($("empty"), {
    total: state.events.size,
    shown: events.length,
    ready: state.ready,
    health: state.health,
    onClear: clearFilter,
  });
  const [kind, text] = lineState(state.line, state.health, now);
  $("state").className = `state ${kind}`;
  if ($("state").textContent !== text) put($("state"), text);
  $("drill").hidden = !state.health?.drill;
  showSources($("sources"), state.health, now);
  put($("contract"), state.health?.contract ?? "");
  const reds = drawn.filter((event) => event.level === "red" && event.phase !== "resolved").length;
  document.title = reds ? `${reds} red · Tocsin` : "Tocsin";
  showOpen(now);
}

function showOpen(now) {
  document.body.classList.toggle("has-panel", state.open !== null);
  if (state.open === null) return panel.hide();
  const event = state.events.get(state.open) ?? state.revisions?.at(-1);
  if (event) panel.show(event, state.revisions, now);
  else if (state.revisions) panel.missing(state.open);
  return undefined;
}

function learn(event) {
  const known = state.events.get(event.event_id);
  if (known && known.revision >= event.revision) return false;
  state.events.delete(event.event_id);
  state.events.set(event.event_id, event);
  while (state.events.size > KEPT) state.events.delete(state.events.keys().next().value);
  return true;
}

function takeEvent(event) {
  arrivals?.events.push(event);
  const known = !learn(event);
  // A snapshot may bring a revision a moment before the line does: it is news all the same.
  if (known && state.events.get(event.event_id)?.revision !== event.revision) return;
  state.fresh.add(event.event_id);
  // In a flood of news only the newest pulse; the others are in the list anyway.
  if (state.fresh.size > FRESH_MOST) state.fresh.delete(state.fresh.values().next().value);
  setTimeout(() => {
    state.fresh.delete(event.event_id);
    soon();
  }, FRESH_MS);
  if (event.phase === "withdrawn") {
    unsay(event);
    put($("news"));
  }
  if (event.event_id === state.open) loadRevisions(event.event_id);
  if (matches(event)) put($("news"), `${label(event.level)}: ${event.headline}`);
  soon();
}

/** Nothing that was said before a withdrawal stays on the page. */
function unsay(event) {
  const same = (alert) => alert.event.event_id === event.event_id && alert.event !== event;
  state.alerts = state.alerts.map((alert) => (same(alert) ? { ...alert, event } : alert));
}

function takeAlert(alert) {
  arrivals?.alerts.push(alert);
  keep(alert);
  soon();
}

function keep(alert) {
  state.alerts = [alert, ...state.alerts.filter((known) => known.key !== alert.key)].slice(0, KEPT);
}

async function loadHealth() {
  const health = await get("/api/health");
  state.health = health;
  state.skewMs = Date.parse(health.now) - Date.now();
  soon();
}

async function reload() {
  // The stream is open already: what it brings meanwhile is newer than the snapshot.
  // Two snapshots may be under way at once; what came since the first began counts for both.
  if (loading === 0) arrivals = { events: [], alerts: [] };
  loading += 1;
  try {
    const [events, alerts] = await Promise.all([get(`/api/events?limit=${KEPT}`), get("/api/alerts"), loadHealth()]);
    state.events = new Map(events.events.reverse().map((event) => [event.event_id, event]));
    state.alerts = alerts.alerts;
    for (const event of arrivals.events) learn(event);
    for (const alert of arrivals.alerts) keep(alert);
    for (const event of state.events.values()) if (event.phase === "withdrawn") unsay(event);
    state.ready = true;
    if (state.open) {
      loadRevisions(state.open);
      const place = state.events.get(state.open)?.place;
      if (place && !map.touched) map.flyTo(place);
    }
  } catch {
    // The stream notices the same trouble and says so; it calls again when the line is back.
  }
  loading -= 1;
  if (loading === 0) arrivals = null;
  soon();
}

async function loadRevisions(id) {
  // Answers may overtake each other: only that to the newest question counts.
  const question = ++asked;
  const found = await get(`/api/events/${id}`).catch(() => ({ revisions: [] }));
  if (state.open !== id || question !== asked) return;
  state.revisions = found.revisions;
  soon();
}

function open(id) {
  if (location.hash !== `#${id}`) location.hash = id;
  else follow();
}

function close() {
  const back = state.open;
  history.pushState(null, "", location.pathname);
  follow();
  if (back) list.focus(back);
}

/** Show what the address names; so links, back and forward work. */
function follow() {
  const id = location.hash.slice(1);
  state.open = ID.test(id) ? id : null;
  state.revisions = null;
  if (state.open) {
    state.marked = state.open;
    loadRevisions(state.open);
    const place = state.events.get(state.open)?.place;
    render();
    if (place) map.flyTo(place);
    document.getElementById("panel-title")?.focus({ preventScroll: true });
  }
  soon();
}

function step(by) {
  const ids = visible().map((event) => event.event_id);
  if (!ids.length) return;
  const at = ids.indexOf(state.marked);
  state.marked = ids[at < 0 ? 0 : Math.min(Math.max(at + by, 0), ids.length - 1)];
  render();
  if (state.open) open(state.marked);
  list.focus(state.marked);
}

function clearFilter() {
  $("filter").value = "";
  state.filter = "";
  state.level = "green";
  for (const radio of document.querySelectorAll("[name=level]")) radio.checked = radio.value === "green";
  render();
}

const KEYS = {
  j: () => step(1),
  ArrowDown: () => step(1),
  k: () => step(-1),
  ArrowUp: () => step(-1),
  "/": () => $("filter").select(),
  Escape: () => (state.open ? close() : clearFilter()),
};

function typed(key) {
  if (key.ctrlKey || key.metaKey || key.altKey || key.defaultPrevented) return;
  const writing = key.target.closest("input[type=search]");
  if (writing && key.key === "Escape") return leaveFilter(key);
  if (writing && key.key === "Enter") return leaveFilter(key);
  if (key.target.closest("input, select, textarea")) return;
  if (key.key === "Enter" && key.target === document.body && state.marked) open(state.marked);
  const act = KEYS[key.key];
  if (!act || (state.open && key.target.closest("#panel") && key.key.startsWith("Arrow"))) return;
  key.preventDefault();
  act();
}

function leaveFilter(key) {
  key.preventDefault();
  if (key.key === "Escape") clearFilter();
  state.marked = visible()[0]?.event_id ?? null;
  render();
  if (state.marked) list.focus(state.marked);
  else $("filter").blur();
}

$("filter").addEventListener("input", () => {
  state.filter = $("filter").value.trim().toLowerCase();
  soon();
});
$("filters").addEventListener("submit", (sent) => sent.preventDefault());
for (const radio of document.querySelectorAll("[name=level]")) {
  radio.addEventListener("change", () => {
    state.level = radio.value;
    soon();
  });
}
document.addEventListener("keydown", typed);
addEventListener("hashchange", follow);
addEventListener("popstate", follow);

const line = new Stream({
  onEvent: takeEvent,
  onAlert: takeAlert,
  reload,
  onState: (name, since) => {
    state.line = { state: name, since };
    soon();
  },
});
signedIn().then(() => {
  line.open();
  line.heed();
  setInterval(soon, HEALTH_MS);
  setInterval(() => loadHealth().catch(() => {}), HEALTH_MS);
  follow();
});
get("/static/world.json").then((world) => map.setWorld(world)).catch(() => {
  put($("map-note"), el("span", {}, "The outlines could not be loaded; the list is complete without them."));
});
