/* Every label and sentence of the page, from the closed keys of an event. */

const KM_MIN = 1;
const regions = new Intl.DisplayNames(["en"], { type: "region" });
const number = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const full = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long" });

/** `rail_accident` as `Rail accident`. */
export function label(key) {
  const text = String(key).replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const INITIALS = new Set(["usgs", "gdacs", "cap", "nws", "emsc", "jma"]);

/** Name of a source or family: initials stay initials. */
export function source(key) {
  return INITIALS.has(key) ? key.toUpperCase() : label(key);
}

/** A band with a dash between its ends. */
export const band = (text) => String(text).replace("-", "–");

/** Name of a country from its code of two letters. */
export function country(code) {
  if (!/^[A-Z]{2}$/.test(code ?? "")) return code ?? "";
  return regions.of(code) ?? code;
}

/** `Town, Province, Country` with what is known. */
export function placeName(place) {
  if (!place) return "Place not known yet";
  const parts = [place.name, place.admin1, country(place.country)];
  return parts.filter((part, i) => part && parts.indexOf(part) === i).join(", ");
}

/** The short form of a place for the list. */
export function placeShort(place) {
  if (!place) return "Place not known yet";
  const where = country(place.country);
  return where && where !== place.name ? `${place.name}, ${where}` : place.name;
}

const SOMEWHERE = { country: "somewhere in the country", admin1: "somewhere in the area" };

/** `within about 35 km`, to two figures; for a whole country or area it says so first. */
export function radius(place) {
  const km = Number(Math.max(KM_MIN, place.radius_km).toPrecision(2));
  const within = `within about ${number.format(km)} km`;
  return SOMEWHERE[place.kind] ? `${SOMEWHERE[place.kind]}, ${within}` : within;
}

/** Length of time in one or two words. */
export function span(seconds) {
  const s = Math.abs(seconds);
  if (s < 60) return `${Math.round(s)} s`;
  if (s < 5400) return `${Math.round(s / 60)} min`;
  if (s < 129600) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86400)} days`;
}

/** How long ago, short: `now`, `4 min`, `3 h`, `2 d`. */
export function age(iso, nowMs) {
  const s = (nowMs - Date.parse(iso)) / 1000;
  if (!(s >= 45)) return "now";
  if (s < 3570) return `${Math.max(1, Math.round(s / 60))} min`;
  if (s < 84600) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86400)} d`;
}

/** Time of day, with the date when it is not today. */
export function time(iso, nowMs) {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "";
  const today = day.format(at) === day.format(new Date(nowMs));
  return today ? clock.format(at) : `${day.format(at)}, ${clock.format(at)}`;
}

/** The whole time, for a title. */
export function fullTime(iso) {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? "" : full.format(at);
}

/** A figure as a range: `12–40 injured`, `magnitude 6.7–6.9`. */
export function fact(item) {
  const low = number.format(item.low);
  const range = item.low === item.high ? low : `${low}–${number.format(item.high)}`;
  return item.unit ? `${range} ${item.unit}` : range;
}

export const PHASES = {
  reported: "Reported",
  updated: "Updated",
  resolved: "Over",
  withdrawn: "Withdrawn",
  merged: "Merged",
};

export const TIERS = {
  unconfirmed: "Posts of one network only; nobody has confirmed it.",
  corroborated: "Reported by independent sources.",
  official: "Confirmed by an official bulletin.",
};

const percent = (value) => `${Math.round(Number(value) * 100)} %`;
const least = (bound) => (bound === undefined || bound === null ? "" : `; needed: ${bound}`);
const families = (v) => (Number(v) === 1 ? "One source family speaks" : `${v} source families speak`);

const GROUNDS = {
  voices: (v, b) => `${band(v)} distinct voices speak of it${least(b)}.`,
  significance: (v, b) => `Reports rose far above the usual level: significance ${v}${least(b)}.`,
  window_s: (v) => `They came within ${span(Number(v))}.`,
  witness_share: (v) => `${Number(v) > 0 ? `About ${percent(v)}` : "Hardly any"} read like first-hand accounts.`,
  diversity: (v) => `Wordings differ (${percent(v)}): the more, the less it is one message copied.`,
  place_share: (v) => `${percent(v)} of those who name a place agree on this one.`,
  families: (v, b) => `${families(v)} of it${b ? `; independent confirmation takes ${b}` : ""}.`,
  bulletin: (v) => `An official bulletin speaks of it: ${bulletin(v)}.`,
  fact: (v) => `Impact counted: ${label(v)}.`,
  severity_prior: (v) => `A hazard of this kind starts at severity ${v}.`,
  sensitive_setting: () => "Sensitive setting: more voices are needed, place and time are coarse.",
  one_family_cap: () => "Posts of one source family alone: the level stays at yellow or below.",
  below_k: () => "Reports were taken back, and too few distinct voices are left.",
  quiet: (v) => `Nothing new has come${typeof v === "number" ? ` for ${span(v)}` : ""}.`,
  languages: (v) => `It is told in ${v} languages, by several voices in each.`,
  latest: (v) => `The newest report came at ${fullTime(v)} or a little later.`,
  times_usual: (v) => `At least ${v} times as many reports as usual in the last hour.`,
  doubtful_share: (v) => `About ${percent(v)} of its weight is lost to links and doubtful senses.`,
  set_aside: (v) => `Some call it ${label(v)}; that reading was set aside.`,
  other_place: (v, b) => `It may also be ${v}${b ? `: ${percent(b)} of those who name a place` : ""}.`,
  extent: (v) => `It is reported from ${v} regions, by several voices in each.`,
  raises: (v, b) => `This would raise it to ${b}: ${label(v)}.`,
  lowers: (v, b) => `This would lower it to ${b}: ${label(v)}.`,
  hazard: (v, b) => `The hazard is ${label(v)}${b ? `; watched: ${label(b)}` : ""}.`,
  level: (v, b) => `The level is ${v}${b ? `; watched from ${b}` : ""}.`,
  distance_km: (v, b) => `It is ${v} km from the watched place${b ? `; watched up to ${b} km` : ""}.`,
  country_only: (v) => `Only the country is known: ${country(v)}.`,
  country: (v, b) => `The country is ${country(v)}${b ? `; watched: ${country(b)}` : ""}.`,
  excluded: (v) => `The watch leaves this out: ${label(v)}.`,
  severity: (v, b) => `The severity is ${v}${b ? `; watched from ${b}` : ""}.`,
  certainty: (v, b) => `The certainty is ${v}${b ? `; watched from ${b}` : ""}.`,
  confidence: (v, b) => `The confidence is ${v}${b ? `; watched from ${b}` : ""}.`,
  evidence: (v, b) => `The evidence is ${v}${b ? `; the watch asks for ${b}` : ""}.`,
  phase: (v) => `Its state is ${PHASES[v] ?? v}.`,
};

function bulletin(text) {
  const [first, ...rest] = String(text).split(" ");
  return [source(first), ...rest].join(" ");
}

/** One ground as a plain sentence. */
export function ground(why) {
  const sentence = GROUNDS[why.ground];
  return sentence ? sentence(why.value, why.bound) : `${label(why.ground)}: ${why.value}.`;
}

/** How a bulletin stands in time to the first report. */
export function lead(seconds) {
  if (seconds === null || seconds === undefined) return "";
  if (Math.abs(seconds) < 30) return "at the same time as the first report";
  return `${span(seconds)} ${seconds > 0 ? "after" : "before"} the first report`;
}

const factLine = (item) => `${label(item.kind)} ${fact(item)}`;

/** What one revision changed, as short lines. */
export function changes(before, now) {
  if (!before) return ["First reported"];
  const lines = [];
  const step = (name, from, to) => {
    if (from !== to) lines.push(`${name} ${from} → ${to}`);
  };
  step("Level", before.level, now.level);
  step("Certainty", before.certainty, now.certainty);
  step("Severity", before.severity, now.severity);
  step("Voices", band(before.voices), band(now.voices));
  step("Place", before.place?.name ?? "unknown", now.place?.name ?? "unknown");
  if (before.place && now.place && before.place.name === now.place.name) {
    step("Radius", `${before.place.radius_km} km`, `${now.place.radius_km} km`);
  }
  const known = new Map(before.facts.map((item) => [item.kind, fact(item)]));
  for (const item of now.facts) {
    if (known.get(item.kind) !== fact(item)) lines.push(factLine(item));
  }
  const told = new Set(before.bulletins.map((item) => `${item.source} ${item.id}`));
  for (const item of now.bulletins) {
    if (!told.has(`${item.source} ${item.id}`)) lines.push(`Bulletin of ${source(item.source)}`);
  }
  if (before.phase !== now.phase && now.phase !== "updated") lines.push(PHASES[now.phase]);
  return lines.length ? lines : ["Figures refreshed"];
}
