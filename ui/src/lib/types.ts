/* The shapes of the answers, as /api/openapi.json describes them. */

export type Level = "green" | "yellow" | "red";
export type Phase = "reported" | "updated" | "resolved" | "withdrawn" | "merged";
export type Tier = "unconfirmed" | "corroborated" | "official";
export type Scalar = string | number | boolean;

export interface Place {
  id: string;
  name: string;
  kind: string;
  admin1: string | null;
  country: string | null;
  lat: number;
  lon: number;
  radius_km: number;
}

export interface Fact {
  kind: string;
  low: number;
  high: number;
  unit: string | null;
  as_of: string;
  from: "posts" | "official";
}

export interface BulletinRef {
  source: string;
  id: string;
  sent: string;
  url: string | null;
  lead_time_s: number | null;
}

export interface Why {
  ground: string;
  value: Scalar;
  bound?: string | number | null;
}

export interface TocsinEvent {
  event_id: string;
  revision: number;
  phase: Phase;
  at: string;
  first_seen: string;
  hazard: string;
  category: string;
  origin: "posts" | "official" | "both";
  tier: Tier;
  headline: string;
  lang: string;
  place: Place | null;
  level: Level;
  severity: string;
  urgency: string;
  certainty: string;
  confidence: number;
  voices: string;
  families: string[];
  facts: Fact[];
  bulletins: BulletinRef[];
  why: Why[];
  contract: string;
  merged_into: string | null;
  expires: string | null;
  extent: string[] | null;
  population: string | null;
  sensitive: boolean;
  drill: boolean;
}

export interface Alert {
  key: string;
  kind: "alert" | "update" | "withdrawal";
  watch: string;
  meaning: string;
  channel: string;
  event: TocsinEvent;
  why: Why[];
}

export interface SourceHealth {
  name: string;
  kind: "posts" | "bulletins";
  state: string;
  lag_s: number | null;
  rate_per_min: number;
  last_message: string | null;
  received: number;
  admitted: number;
  refused: Record<string, number>;
  deaf_since: string | null;
  detail: string;
}

export interface Health {
  version: string;
  contract: string;
  now: string;
  uptime_s: number;
  ready: boolean;
  sources: SourceHealth[];
  counts: Record<string, number>;
  blind_since: string | null;
  advice: string;
  drill: boolean;
}

export interface Timeline {
  begins: string;
  step_s: number;
  bins: [number, number, number][];
}

export interface Phrases {
  direction: "ltr" | "rtl";
  unknown_place: string;
  range: string;
  thousand: string;
  decimal: string;
  note: string;
  note_official: string;
  withdrawn: string;
  drill: string;
  kinds: Record<string, string>;
  phases: Record<string, string>;
  levels: Record<string, string>;
  tiers: Record<string, string>;
  certainty: Record<string, string>;
  rows: Record<string, string>;
  facts: Record<string, string>;
}

export interface Words {
  lang: string;
  hazards: Record<string, string>;
  categories: Record<string, string>;
  phrases: Phrases;
}

export const LEVELS: readonly Level[] = ["green", "yellow", "red"];
