/* The line to the engine: live, reconnecting, or blind since when. */

const BLIND_AFTER_MS = 10_000;
const RETRY_MS = 3_000;

export type LineState = "connecting" | "live" | "reconnecting" | "blind";

export interface Listeners {
  onEvent: (data: unknown) => void;
  onAlert: (data: unknown) => void;
  reload: () => void;
  onState: (state: LineState, since: Date | null) => void;
}

/** Follows /api/stream and says how the line is; `reload` asks for everything anew. */
export class Stream {
  #lostAt: Date | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #source: EventSource | null = null;

  constructor(private readonly to: Listeners) {}

  /** Connect; a broken line is taken up again without end. */
  open(): void {
    this.#source?.close();
    const source = new EventSource("/api/stream");
    this.#source = source;
    source.addEventListener("open", () => this.#found());
    source.addEventListener("error", () => this.#lost(source));
    source.addEventListener("event", (message) => this.#read(message, this.to.onEvent));
    source.addEventListener("alert", (message) => this.#read(message, this.to.onAlert));
    source.addEventListener("reset", () => this.to.reload());
  }

  /** Heed the browser's word that the network went or came; a dead line does not say so itself. */
  heed(): void {
    addEventListener("offline", () => {
      this.#source?.close();
      this.#cut();
    });
    addEventListener("online", () => this.open());
  }

  #read(message: MessageEvent<string>, take: (data: unknown) => void): void {
    try {
      take(JSON.parse(message.data));
    } catch {
      // A message that cannot be read costs itself; the next snapshot brings its content.
      this.to.reload();
    }
  }

  #found(): void {
    clearTimeout(this.#timer);
    this.#lostAt = null;
    this.to.onState("live", null);
    this.to.reload();
  }

  #cut(): void {
    if (this.#lostAt !== null) return;
    const since = new Date();
    this.#lostAt = since;
    this.to.onState("reconnecting", null);
    this.#timer = setTimeout(() => this.to.onState("blind", since), BLIND_AFTER_MS);
  }

  #lost(source: EventSource): void {
    if (source !== this.#source) return;
    this.#cut();
    // The browser tries again by itself, except after an answer that is no stream.
    if (source.readyState === EventSource.CLOSED) {
      this.#source = null;
      setTimeout(() => this.open(), RETRY_MS);
    }
  }
}
