/* Labels, figures and sentences from the closed keys of an event, in the reader's language. */

import { live } from "./live.svelte";
import { known, speech, t, type Key } from "./words.svelte";
import type { Fact, Level, Place, Scalar, TocsinEvent, Why } from "./types";

const KM_MIN = 1;
const INITIALS = new Set(["usgs", "gdacs", "cap", "nws", "emsc", "jma"]);

const cached = new Map<string, unknown>();
function format<T>(name: string, make: (lang: string) => T): T {
  const key = `${speech.lang} ${name}`;
  const found = cached.get(key) ?? make(speech.lang);
  cached.set(key, found);
  return found as T;
}
const tag = (lang: string): string => (lang === "en" ? "en-GB" : lang);

/** A number as the reader's language writes it. */
export function number(value: number): string {
  return format("number", (lang) => new Intl.NumberFormat(tag(lang), { maximumFractionDigits: 2 })).format(value);
}

/** `rail_accident` as `Rail accident`; for keys nobody translated. */
export function label(key: Scalar): string {
  const text = String(key).replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Name of a hazard. */
export function hazard(key: string): string {
  return speech.served?.hazards[key] ?? label(key);
}

/** Name of a level, with a capital. */
export function level(key: string): string {
  return label(speech.served?.phrases.levels[key] ?? key);
}

/** Name of a source or family: initials stay initials. */
export function source(key: string): string {
  return INITIALS.has(key) ? key.toUpperCase() : label(key);
}

/** A band with a dash between its ends. */
export const band = (text: Scalar): string => String(text).replace("-", "–");

/** A CAP word. */
export const cap = (word: string): string => known("cap", word) ?? word;

/** What a CAP word means. */
export const capLong = (word: string): string => known("cap", `${word}_long`) ?? "";

/** Name of a country from its code of two letters. */
export function country(code: string | null | undefined): string {
  if (!code || !/^[A-Z]{2}$/.test(code)) return code ?? "";
  const names = format("country", (lang) => new Intl.DisplayNames([lang], { type: "region" }));
  return names.of(code) ?? code;
}

/** Name of a country in a given language, as the gazetteer may write it. */
export function countryIn(lang: string, code: string | null | undefined): string | undefined {
  return code && /^[A-Z]{2}$/.test(code) ? new Intl.DisplayNames([lang], { type: "region" }).of(code) : undefined;
}

/** Name of a language from its code. */
export function language(code: string): string {
  if (!/^[a-z]{2,3}$/.test(code)) return code;
  const names = format("language", (lang) => new Intl.DisplayNames([lang], { type: "language" }));
  return names.of(code) ?? code;
}

const comma = (): string => (speech.lang === "ar" ? "، " : speech.lang === "ja" ? "、" : ", ");
/** Keeps a name in its own writing direction amid others. */
const apart = (text: string): string => `\u2068${text}\u2069`;

/** `Town, Province, Country` with what is known. */
export function placeName(place: Place | null): string {
  if (!place) return t("place_unknown");
  const parts = [place.name, place.admin1, country(place.country)];
  return parts.filter((part, i) => part && parts.indexOf(part) === i).join(comma());
}

/** The short form of a place for the list. */
export function placeShort(place: Place | null): string {
  if (!place) return t("place_unknown");
  const where = country(place.country);
  return where && where !== place.name ? `${place.name}${comma()}${where}` : place.name;
}

/** `within about 35 km`, to two figures; for a whole country or area it says so first. */
export function radius(place: Place): string {
  const km = Number(Math.max(KM_MIN, place.radius_km).toPrecision(2));
  const within = t("within", { km: number(km) });
  const wide = known("somewhere", place.kind);
  return wide ? `${wide}, ${within}` : within;
}

/** Length of time in one or two words. */
export function span(seconds: number): string {
  const s = Math.abs(seconds);
  if (s < 60) return t("seconds", { n: Math.round(s) });
  if (s < 5400) return t("minutes", { n: Math.round(s / 60) });
  if (s < 129600) return t("hours", { n: Math.round(s / 3600) });
  return t("days", { n: Math.round(s / 86400) });
}

/** How long ago, short: `now`, `4 min`, `3 h`, `2 d`. */
export function age(iso: string, nowMs: number): string {
  const s = (nowMs - Date.parse(iso)) / 1000;
  if (!(s >= 45)) return t("now");
  if (s < 3570) return t("minutes", { n: Math.max(1, Math.round(s / 60)) });
  if (s < 84600) return t("hours", { n: Math.round(s / 3600) });
  return t("days", { n: Math.round(s / 86400) });
}

/** Time of day, with the date when it is not today. */
export function time(iso: string, nowMs: number): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "";
  const clock = format("clock", (lang) => new Intl.DateTimeFormat(tag(lang), { hour: "2-digit", minute: "2-digit" }));
  const day = format("day", (lang) => new Intl.DateTimeFormat(tag(lang), { day: "numeric", month: "short" }));
  const today = day.format(at) === day.format(new Date(nowMs));
  return today ? clock.format(at) : `${day.format(at)}, ${clock.format(at)}`;
}

/** The whole time, for a title. */
export function fullTime(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "";
  return format("full", (lang) => new Intl.DateTimeFormat(tag(lang), { dateStyle: "medium", timeStyle: "long" })).format(at);
}

/** A figure as a range: `12–40`, `20,000–60,000 homes`. */
export function figure(item: Fact): string {
  const low = number(item.low);
  const range = item.low === item.high ? low : `${low}–${number(item.high)}`;
  return item.unit ? `${range} ${item.unit}` : range;
}

/** A fact as the messages say it: `12–40 injured`. */
export function fact(item: Fact): string {
  const phrase = speech.served?.phrases.facts[item.kind];
  return phrase ? phrase.replace("{n}", figure(item)) : `${label(item.kind)} ${figure(item)}`;
}

/** What a figure counts: `injured`, from the phrase of messages. */
export function factName(kind: string): string {
  const phrase = speech.lang === "en" ? undefined : speech.served?.phrases.facts[kind];
  const name = phrase?.replace("{n}", "").replace(/[\s:：]+$/, "").trim();
  return name ? label(name) : label(kind);
}

/** The headline in the reader's language; in English, the one that was decided. */
export function headline(event: TocsinEvent): string {
  const served = speech.served;
  if (!served || speech.lang === event.lang || event.phase === "withdrawn") return event.headline;
  const where = event.place ? placeShort(event.place) : served.phrases.unknown_place;
  const facts = event.facts.slice(0, 3).map(fact);
  const tier = served.phrases.tiers[event.tier] ?? event.tier;
  return `${[hazard(event.hazard), where, ...facts].map(apart).join(comma())} (${tier})`;
}

/** Writing direction of a headline that was put together here; else the browser finds it. */
export function directionOf(event: TocsinEvent): "ltr" | "rtl" | "auto" {
  const own = speech.lang !== event.lang && event.phase !== "withdrawn";
  return (own && speech.served?.phrases.direction) || "auto";
}

const percent = (value: Scalar): string => `${Math.round(Number(value) * 100)} %`;

const VALUES: Record<string, (value: Scalar) => string> = {
  voices: band,
  window_s: (v) => span(Number(v)),
  witness_share: percent,
  diversity: percent,
  place_share: percent,
  bulletin: (v) => source(String(v)),
  fact: label,
  severity_prior: (v) => cap(String(v)),
  severity: (v) => cap(String(v)),
  certainty: (v) => cap(String(v)),
  level: (v) => level(String(v)),
  hazard: (v) => hazard(String(v)),
  country: (v) => country(String(v)),
  country_only: (v) => country(String(v)),
  phase: (v) => known("phase", String(v)) ?? String(v),
  latest: (v) => time(String(v), live.nowMs),
  doubtful_share: percent,
  set_aside: (v) => hazard(String(v)),
  other_place: (v) => placed(String(v)),
  raises: (v) => known("turn", String(v)) ?? label(v),
  lowers: (v) => known("turn", String(v)) ?? label(v),
};

/** A bound that is of another kind than the value. */
const BOUNDS: Record<string, (value: Scalar) => string> = { other_place: percent, raises: turned, lowers: turned };

/** What an event would become: a level, a tier or a phase, in the reader's words. */
function turned(value: Scalar): string {
  const key = String(value);
  return speech.served?.phrases.tiers[key] ?? known("phase", key) ?? level(key);
}

/** `Town, PT` with the country in the reader's language. */
export function placed(text: string): string {
  const found = /^(.*), ([A-Z]{2})$/.exec(text);
  return found ? `${found[1]}${comma()}${country(found[2])}` : text;
}

/** One ground as a plain sentence. */
export function ground(why: Why): string {
  const value = VALUES[why.ground] ?? String;
  if (why.ground === "witness_share" && !(Number(why.value) > 0)) return t("ground_witness_none");
  const bound = why.bound ?? null;
  const bounded = bound === null ? null : known("ground", `${why.ground}_b`);
  const sentence = bounded ?? known("ground", why.ground);
  if (!sentence) return `${label(why.ground)}: ${why.value}.`;
  const filled = { v: value(why.value), b: bound === null ? "" : (BOUNDS[why.ground] ?? value)(bound) };
  return sentence.replace(/\{([vb])\}/g, (_, name: "v" | "b") => filled[name]);
}

/** How a bulletin stands in time to the first report. */
export function lead(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return "";
  if (Math.abs(seconds) < 30) return t("lead_same");
  return t(seconds > 0 ? "lead_after" : "lead_before", { span: span(seconds) });
}

export interface Change {
  name: string;
  before: string;
  after: string;
}

/** What one revision changed, field by field. */
export function changes(before: TocsinEvent, now: TocsinEvent): Change[] {
  const found: Change[] = [];
  const step = (name: Key, from: string, to: string): void => {
    if (from !== to) found.push({ name: t(name), before: from, after: to });
  };
  step("level", level(before.level), level(now.level));
  step("hazard", hazard(before.hazard), hazard(now.hazard));
  step("certainty", cap(before.certainty), cap(now.certainty));
  step("severity", cap(before.severity), cap(now.severity));
  step("voices", band(before.voices), band(now.voices));
  step("place", placeShort(before.place), placeShort(now.place));
  if (before.place && now.place && before.place.name === now.place.name) {
    step("radius", `${number(before.place.radius_km)} km`, `${number(now.place.radius_km)} km`);
  }
  const was = new Map(before.facts.map((item) => [item.kind, figure(item)]));
  for (const item of now.facts) {
    const old = was.get(item.kind) ?? "";
    if (old !== figure(item)) found.push({ name: factName(item.kind), before: old, after: figure(item) });
  }
  const told = new Set(before.bulletins.map((item) => `${item.source} ${item.id}`));
  for (const item of now.bulletins) {
    if (told.has(`${item.source} ${item.id}`)) continue;
    found.push({ name: t("bulletin_of", { source: source(item.source) }), before: "", after: "" });
  }
  step("phase", known("phase", before.phase) ?? before.phase, known("phase", now.phase) ?? now.phase);
  return found;
}

/** Heavier levels have a higher rank. */
export const rank = (word: Level): number => (word === "red" ? 2 : word === "yellow" ? 1 : 0);
