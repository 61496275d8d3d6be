/* What part of the events is looked at: filters, the moment in time, and the row under the cursor. */

import { get } from "./api";
import { live } from "./live.svelte";
import { country, hazard, headline, rank } from "./say";
import { settings } from "./settings.svelte";
import type { Level, Timeline, TocsinEvent } from "./types";

const CERTAINTY = ["Unknown", "Unlikely", "Possible", "Likely", "Observed"];

class View {
  words = $state("");
  level = $state<Level>("green");
  hazard = $state("");
  country = $state("");
  certainty = $state("Unknown");
  mine = $state(false);
  sinceLeft = $state(false);
  showMuted = $state(false);
  marked = $state<string | null>(null);
  wall = $state(false);
  /** Moment looked at, RFC 3339; null means now. */
  until = $state<string | null>(null);
  hours = $state<24 | 720>(24);
  timeline = $state.raw<Timeline | null>(null);
  #then = $state.raw<TocsinEvent[]>([]);

  /** Whether anything is left out. */
  get narrowed(): boolean {
    return Boolean(
      this.words || this.level !== "green" || this.hazard || this.country || this.mine ||
        this.sinceLeft || this.certainty !== "Unknown",
    );
  }

  /** All events at the moment that is looked at. */
  all = $derived.by(() => (this.until === null ? live.events : this.#then));

  /** Ids of events a watch was told of. */
  #watched = $derived(new Set(live.alerts.map((alert) => alert.event.event_id)));

  /** Those that pass every filter, newest change first. */
  shown = $derived.by(() => this.all.filter((event) => this.#wants(event)));

  /** Those that belong on the map. */
  drawn = $derived(this.shown.filter((event) => event.place && event.phase !== "withdrawn"));

  /** How many the reader has hidden. */
  muted = $derived(live.events.filter((event) => settings.muted.includes(event.event_id)).length);

  /** How many changed since the reader said that all is seen. */
  changed = $derived(
    settings.leftAt ? live.events.filter((event) => event.at > settings.leftAt).length : 0,
  );

  #wants(event: TocsinEvent): boolean {
    if (event.phase === "merged") return false;
    if (!this.showMuted && settings.muted.includes(event.event_id)) return false;
    if (rank(event.level) < rank(this.level)) return false;
    if (this.hazard && event.hazard !== this.hazard) return false;
    if (this.country && event.place?.country !== this.country) return false;
    if (CERTAINTY.indexOf(event.certainty) < CERTAINTY.indexOf(this.certainty)) return false;
    if (this.mine && !this.#watched.has(event.event_id)) return false;
    if (this.sinceLeft && !(event.at > settings.leftAt)) return false;
    const words = this.words.trim().toLowerCase();
    if (!words) return true;
    const place = event.place;
    const fields = [hazard(event.hazard), place?.name, place?.admin1, country(place?.country), headline(event)];
    return fields.some((field) => field?.toLowerCase().includes(words));
  }

  /** Look at everything again. */
  clear(): void {
    this.words = "";
    this.level = "green";
    this.hazard = "";
    this.country = "";
    this.certainty = "Unknown";
    this.mine = false;
    this.sinceLeft = false;
  }

  /** Move the cursor by so many rows; returns the id under it. */
  step(by: number): string | null {
    const ids = this.shown.map((event) => event.event_id);
    if (!ids.length) return null;
    const at = this.marked === null ? -1 : ids.indexOf(this.marked);
    this.marked = ids[at < 0 ? 0 : Math.min(Math.max(at + by, 0), ids.length - 1)] ?? null;
    return this.marked;
  }

  /** Read the bars of the timeline. */
  async loadTimeline(): Promise<void> {
    const hours = this.hours;
    const found = await get<Timeline>(`/api/timeline?hours=${hours}`).catch(() => null);
    if (found && hours === this.hours) this.timeline = found;
  }

  /** Look at events as they stood at a moment; null for now. */
  async lookAt(until: string | null): Promise<void> {
    // Until the answer comes, what is shown stays.
    if (this.until === null && until !== null) this.#then = live.events;
    this.until = until;
    if (until === null) return;
    const found = await get<{ events: TocsinEvent[] }>(
      `/api/events?limit=1000&until=${encodeURIComponent(until)}`,
    ).catch(() => null);
    // Whoever moves on quickly is answered for where they are now.
    if (found && this.until === until) this.#then = found.events;
  }
}

export const view = new View();
