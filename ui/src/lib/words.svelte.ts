/* The language of the page: its own words, and those of hazards and messages from the server. */

import { en } from "../words/en";
import { get } from "./api";
import { settings } from "./settings.svelte";
import type { Words } from "./types";

export type Key = keyof typeof en;
export type Table = Record<Key, string>;

export const LANGS: Record<string, string> = {
  en: "English", es: "Español", pt: "Português", fr: "Français", ja: "日本語", ar: "العربية",
};

const TABLES: Record<string, () => Promise<Table>> = {
  es: async () => (await import("../words/es")).es,
  pt: async () => (await import("../words/pt")).pt,
  fr: async () => (await import("../words/fr")).fr,
  ja: async () => (await import("../words/ja")).ja,
  ar: async () => (await import("../words/ar")).ar,
};

function wanted(): string {
  const asked = [settings.lang, ...navigator.languages].map((tag) => tag.slice(0, 2).toLowerCase());
  return asked.find((tag) => tag in LANGS) ?? "en";
}

class Speech {
  lang = $state("en");
  table = $state.raw<Table>(en);
  served = $state.raw<Words | null>(null);

  /** Speak the language that was chosen, or that of the browser. */
  async begin(): Promise<void> {
    const lang = wanted();
    const [table, served] = await Promise.all([
      TABLES[lang]?.().catch(() => en) ?? en,
      get<Words>(`/api/words/${lang}`).catch(() => null),
    ]);
    this.lang = lang;
    this.table = table;
    this.served = served;
    document.documentElement.lang = lang;
    document.documentElement.dir = served?.phrases.direction ?? "ltr";
  }
}

export const speech = new Speech();

/** A sentence in the reader's language; `{name}` is filled in as plain text. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return (speech.table[key] ?? en[key]).replace(/\{(\w+)\}/g, (all, name: string) =>
    name in values ? String(values[name]) : all,
  );
}

/** The same for a key that came from the server; null when it is not known. */
export function known(prefix: string, key: string): string | null {
  const whole = `${prefix}_${key}`;
  return whole in en ? (speech.table[whole as Key] ?? en[whole as Key]) : null;
}
