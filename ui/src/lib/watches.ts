/* The shapes of the answers about watches, and the questions that are asked of them. */

import type { FeatureCollection } from "geojson";
import { get, send } from "./api";
import type { Level } from "./types";

export interface WatchKept {
  id: string;
  kept: "file" | "store";
  since: string | null;
  channel: string;
  meaning: string;
  feedback: Record<string, number>;
}

export interface Checked {
  verdict: "accept" | "refuse";
  meaning?: string;
  confirm?: string;
  geometry?: FeatureCollection;
  others?: string[];
  category?: string;
  reason?: string;
  suggestion?: string;
}

export interface Outcome {
  evidence: string;
  min_level: Level;
  min_confidence: number;
  alerts: number;
  events: number;
  busiest_day: number;
  delay_s: number | null;
  lost: number;
  missed_official: unknown[];
  firings: { event: string; at: string; level: Level; hazard: string; headline: string }[];
}

export interface Backtest {
  meaning: string;
  first: string | null;
  last: string | null;
  chosen: Outcome;
  presets: Outcome[];
  budget: { per_day: number; chosen: Outcome | null; given_up: number } | null;
}

export interface Trace {
  alerts: boolean;
  failed: string | null;
  words: string;
}

export const VERDICTS = ["right", "wrong", "useless", "late"] as const;
export type Table = Record<string, unknown>;

export const list = (): Promise<{ watches: WatchKept[]; version: string }> => get("/api/watches");
export const check = (watch: Table): Promise<Checked> => send("POST", "/api/watches/check", { watch });
export const save = (watch: Table, confirm: string): Promise<unknown> =>
  send("POST", "/api/watches", { watch, confirm });
export const remove = (id: string, version: string): Promise<unknown> =>
  send("DELETE", `/api/watches/${id}`, undefined, { "if-match": version });
export const attempt = (watch: Table, days: number, per_day: number | null): Promise<Backtest> =>
  send("POST", "/api/watches/try", { watch, days, per_day });
export const test = (id: string, days: number, perDay: number | null): Promise<Backtest> =>
  get(`/api/watches/${id}/test?days=${days}${perDay ? `&per_day=${perDay}` : ""}`);
export const why = (id: string, event: string): Promise<Trace> =>
  get(`/api/watches/${id}/why?event_id=${event}`);
export const tell = (id: string, event_id: string, verdict: string): Promise<unknown> =>
  send("POST", `/api/watches/${id}/feedback`, { event_id, verdict });
