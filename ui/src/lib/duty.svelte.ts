/* What people here did about events: seen to, silenced; read anew while the page is open. */

import { get, send } from "./api";

const READ_MS = 30_000;
export const OUTCOMES = ["real", "exaggerated", "false", "duplicate", "elsewhere"] as const;
export const HOURS = [1, 4, 24] as const;

export interface Seen {
  event_id: string;
  outcome: string;
  at: string;
}

export interface Quieted {
  id: string;
  until: string;
  hazard: string;
  country: string;
  event_id: string;
  watch: string;
  max_level: string;
  maintenance: boolean;
  radius_km: number;
}

/** How often the alerts of a watch were right, of those that somebody answered for. */
export interface Right {
  of: string;
  alerted: number;
  judged: number;
  right: number | null;
  real: number;
  exaggerated: number;
  false: number;
  duplicate: number;
  elsewhere: number;
}

/** One act: a role, a word of ours, ids and numbers; never who. */
export interface Act {
  seq: number;
  at_ms: number;
  role: string;
  act: string;
  about: string;
}

/** The newest acts first, and where the log of them does not hold. */
export interface Acts {
  acts: Act[];
  root: string;
  broken: { seq: number; problem: string } | null;
}

export const acts = (): Promise<Acts> => get("/api/audit");

class Duty {
  acks = $state.raw<Seen[]>([]);
  silences = $state.raw<Quieted[]>([]);
  /** Whether an engine is there to take anything. */
  served = $state(false);
  #began = false;
  #question = 0;

  /** Follow what others do. */
  begin(): void {
    if (this.#began) return;
    this.#began = true;
    void this.read();
    setInterval(() => void this.read(), READ_MS);
  }

  /** Read everything anew; answers that are overtaken do not count. */
  async read(): Promise<void> {
    const mine = (this.#question += 1);
    const found = await Promise.all([
      get<{ acks: Seen[] }>("/api/acks"), get<{ silences: Quieted[] }>("/api/silences"),
    ]).catch(() => null);
    if (mine !== this.#question || !found) return;
    this.served = true;
    this.acks = found[0].acks;
    this.silences = found[1].silences;
  }

  /** What is known of an event. */
  seen(id: string): Seen | undefined {
    return this.acks.find((one) => one.event_id === id);
  }

  /** The silence of an event alone. */
  silence(id: string): Quieted | undefined {
    return this.silences.find((one) => one.event_id === id);
  }

  async acknowledge(event_id: string, outcome: string): Promise<void> {
    await send("POST", "/api/acks", { event_id, outcome });
    await this.read();
  }

  /** By watch, most alerts first. */
  async rights(): Promise<Right[]> {
    return (await get<{ watches: Right[] }>("/api/outcomes")).watches;
  }

  async quiet(event_id: string, hours: number): Promise<void> {
    await send("POST", "/api/silences", { event_id, minutes: hours * 60, max_level: "red" });
    await this.read();
  }

  async end(id: string): Promise<void> {
    await send("DELETE", `/api/silences/${encodeURIComponent(id)}`);
    await this.read();
  }
}

export const duty = new Duty();
