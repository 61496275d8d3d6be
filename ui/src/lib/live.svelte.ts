/* Everything the engine has told: events, alerts, health, and the state of the line. */

import { get } from "./api";
import { settings } from "./settings.svelte";
import { Stream, type LineState } from "./stream";
import type { Alert, Health, TocsinEvent } from "./types";

const KEPT = 1_000;
const FRESH_MS = 6_000;
const FRESH_MOST = 12;
const HEALTH_MS = 15_000;
const ALERTS_KEPT = 500;
const MANY = 200;
const PACE_MS = 250;

class Live {
  /** Newest change first. */
  events = $state.raw<TocsinEvent[]>([]);
  alerts = $state.raw<Alert[]>([]);
  health = $state.raw<Health | null>(null);
  line = $state.raw<{ state: LineState; since: Date | null }>({ state: "connecting", since: null });
  fresh = $state.raw<ReadonlySet<string>>(new Set());
  ready = $state(false);
  nowMs = $state(Date.now());
  /** The newest news in words, for those who hear the page. */
  latest = $state.raw<TocsinEvent | null>(null);

  #byId = new Map<string, TocsinEvent>();
  #fresh = new Set<string>();
  #skewMs = 0;
  #begun = false;
  #frame = 0;
  #drawnMs = 0;
  #loading = 0;
  #arrivals: { events: TocsinEvent[]; alerts: Alert[] } | null = null;
  #listeners = new Set<(event: TocsinEvent) => void>();

  /** Follow the engine until the page is closed. */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    const line = new Stream({
      onEvent: (data) => this.#take(data as TocsinEvent),
      onAlert: (data) => this.#takeAlert(data as Alert),
      reload: () => void this.reload(),
      onState: (state, since) => {
        this.line = { state, since };
      },
    });
    line.open();
    line.heed();
    setInterval(() => {
      this.nowMs = Date.now() + this.#skewMs;
      void this.#loadHealth().catch(() => {});
    }, HEALTH_MS);
  }

  /** One event by its id, if it is known. */
  event(id: string | null): TocsinEvent | undefined {
    // Reading `events` makes whoever asks follow its changes.
    return id && this.events ? this.#byId.get(id) : undefined;
  }

  /** Call `hear` for each revision that arrives by the line; returns how to stop. */
  onNews(hear: (event: TocsinEvent) => void): () => void {
    this.#listeners.add(hear);
    return () => this.#listeners.delete(hear);
  }

  /** Read everything anew; what the line brings meanwhile is kept. */
  async reload(): Promise<void> {
    this.#loading += 1;
    this.#arrivals ??= { events: [], alerts: [] };
    try {
      const [found, alerts] = await Promise.all([
        get<{ events: TocsinEvent[] }>(`/api/events?limit=${KEPT}`),
        get<{ alerts: Alert[] }>("/api/alerts"),
        this.#loadHealth(),
      ]);
      this.#byId = new Map(found.events.reverse().map((event) => [event.event_id, event]));
      this.alerts = alerts.alerts;
      // What the line brought since the question was asked is newer than the answer.
      for (const event of this.#arrivals?.events ?? []) this.#learn(event);
      for (const alert of this.#arrivals?.alerts ?? []) this.#keep(alert);
      for (const event of this.#byId.values()) if (event.phase === "withdrawn") this.#unsay(event);
      this.ready = true;
      this.#soon();
    } catch {
      // The line will come back and ask again; what is known stays shown until then.
    } finally {
      this.#loading -= 1;
      if (!this.#loading) this.#arrivals = null;
    }
  }

  async #loadHealth(): Promise<void> {
    const health = await get<Health>("/api/health");
    this.#skewMs = Date.parse(health.now) - Date.now();
    this.health = health;
    this.nowMs = Date.now() + this.#skewMs;
  }

  #learn(event: TocsinEvent): boolean {
    const known = this.#byId.get(event.event_id);
    if (known && known.revision >= event.revision) return false;
    this.#byId.delete(event.event_id);
    this.#byId.set(event.event_id, event);
    while (this.#byId.size > KEPT) {
      const oldest = this.#byId.keys().next().value;
      if (oldest === undefined) break;
      this.#byId.delete(oldest);
    }
    return true;
  }

  #take(event: TocsinEvent): void {
    this.#arrivals?.events.push(event);
    const stale = !this.#learn(event);
    // A snapshot may bring a revision a moment before the line does: it is news all the same.
    if (stale && this.#byId.get(event.event_id)?.revision !== event.revision) return;
    if (event.phase === "withdrawn") this.#unsay(event);
    if (!settings.muted.includes(event.event_id)) {
      this.#pulse(event.event_id);
      this.latest = event.phase === "withdrawn" ? null : event;
    }
    for (const hear of this.#listeners) hear(event);
    this.#soon();
  }

  #pulse(id: string): void {
    this.#fresh.add(id);
    // In a flood of news only the newest pulse; the others are in the list anyway.
    if (this.#fresh.size > FRESH_MOST) {
      const first = this.#fresh.values().next().value;
      if (first !== undefined) this.#fresh.delete(first);
    }
    setTimeout(() => {
      this.#fresh.delete(id);
      this.#soon();
    }, FRESH_MS);
  }

  #unsay(event: TocsinEvent): void {
    // Nothing that was said before a withdrawal stays on the page.
    const same = (alert: Alert): boolean => alert.event.event_id === event.event_id && alert.event !== event;
    if (!this.alerts.some(same)) return;
    this.alerts = this.alerts.map((alert) => (same(alert) ? { ...alert, event, why: [] } : alert));
  }

  #takeAlert(alert: Alert): void {
    this.#arrivals?.alerts.push(alert);
    this.#keep(alert);
  }

  #keep(alert: Alert): void {
    this.alerts = [alert, ...this.alerts.filter((one) => one.key !== alert.key)].slice(0, ALERTS_KEPT);
  }

  #soon(): void {
    if (this.#frame) return;
    // One drawing for many arrivals; a hidden page has no frames, so a timer stands in.
    const draw = (): void => {
      this.#frame = 0;
      this.#drawnMs = performance.now();
      this.events = [...this.#byId.values()].reverse();
      this.fresh = new Set(this.#fresh);
    };
    // A long list that changes all the time is drawn a few times a second, never at each news.
    const pause_ms = this.#byId.size > MANY ? PACE_MS - (performance.now() - this.#drawnMs) : 0;
    if (document.hidden) this.#frame = window.setTimeout(draw, PACE_MS);
    else this.#frame = pause_ms > 0 ? window.setTimeout(draw, pause_ms) : requestAnimationFrame(draw);
  }
}

export const live = new Live();
