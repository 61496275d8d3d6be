/* The channels, what they are owed, and when nothing could be heard. */

import { get, send } from "./api";

export interface Channel {
  name: string;
  waiting: number;
  given_up: number;
  resting: boolean;
}

export interface GivenUp {
  channel: string;
  kind: string;
  event_id: string;
  headline: string;
  state: string;
  attempts: number;
  at: string;
  detail: string;
}

export interface Unheard {
  since: string;
  until: string | null;
}

export interface BlindTimes {
  known_since: string;
  blind: Unheard[];
  sources: Record<string, Unheard[]>;
}

export interface Heard {
  lang: string;
  country: string;
  voices: string;
}

export interface Coverage {
  since: string;
  heard: Heard[];
  unheard: string[];
}

export interface Corrections {
  count: number;
  median_s: number | null;
  corrections: { event_id: string; revision: number; kind: string; hazard: string; country: string | null; at: string; took_s: number }[];
}

export const channels = (): Promise<{ channels: Channel[]; counts: Record<string, number> }> => get("/api/channels");
export const givenUp = (): Promise<{ messages: GivenUp[] }> => get("/api/undelivered");
export const blindTimes = (): Promise<BlindTimes> => get("/api/blind");
export const coverage = (): Promise<Coverage> => get("/api/coverage");
export const corrections = (): Promise<Corrections> => get("/api/corrections?limit=50");
export const tryOut = (name: string): Promise<{ result: string; detail: string }> =>
  send("POST", `/api/channels/${encodeURIComponent(name)}/test`, {});
