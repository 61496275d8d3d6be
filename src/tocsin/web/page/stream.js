/* The line to the engine: live, reconnecting, or blind since when. */

import { lost } from "./session.js";

const BLIND_AFTER_MS = 10_000;
const RETRY_MS = 3_000;

/** Follows /api/stream and says how the line is; `reload` asks for everything anew. */
export class Stream {
  constructor({ onEvent, onAlert, reload, onState }) {
    Object.assign(this, { onEvent, onAlert, reload, onState });
    this.lostAt = null;
    this.timer = null;
    this.source = null;
  }

  /** Connect; a broken line is taken up again without end. */
  open() {
    this.source?.close();
    const source = new EventSource("/api/stream");
    this.source = source;
    source.addEventListener("open", () => this.#found());
    source.addEventListener("error", () => this.#lost(source));
    source.addEventListener("event", (message) => this.#read(message, this.onEvent));
    source.addEventListener("alert", (message) => this.#read(message, this.onAlert));
    source.addEventListener("reset", () => this.reload());
  }

  /** Heed the browser's word that the network went or came; a dead line does not say so itself. */
  heed() {
    addEventListener("offline", () => {
      this.source?.close();
      this.#cut();
    });
    addEventListener("online", () => this.open());
  }

  #read(message, take) {
    try {
      take(JSON.parse(message.data));
    } catch {
      // A message that cannot be read costs itself; the next snapshot brings its content.
      this.reload();
    }
  }

  #found() {
    clearTimeout(this.timer);
    this.lostAt = null;
    this.onState("live", null);
    this.reload();
  }

  #cut() {
    if (this.lostAt !== null) return;
    this.lostAt = new Date();
    this.onState("reconnecting", null);
    this.timer = setTimeout(() => this.onState("blind", this.lostAt), BLIND_AFTER_MS);
  }

  #lost(source) {
    if (source !== this.source) return;
    this.#cut();
    // The browser tries again by itself, except after an answer that is no stream.
    if (source.readyState === EventSource.CLOSED) {
      this.source = null;
      setTimeout(() => this.open(), RETRY_MS);
    }
  }
}

/** JSON of one address; throws when the answer is none. */
export async function get(address) {
  const answer = await fetch(address, { headers: { accept: "application/json" } });
  if (answer.status === 401) lost();
  if (!answer.ok) throw new Error(`answer ${answer.status}`);
  return answer.json();
}
