/* Events as files: made in the page from what is shown, so that filters hold. */

import { circle } from "./world";
import type { TocsinEvent } from "./types";

const COLUMNS = [
  "event_id", "revision", "phase", "at", "first_seen", "hazard", "level", "severity", "urgency",
  "certainty", "tier", "voices", "place", "country", "lat", "lon", "radius_km", "headline",
] as const;

/** A cell that no spreadsheet takes for a formula. */
function cell(value: unknown): string {
  const text = value === null || value === undefined ? "" : String(value);
  const safe = typeof value !== "number" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Events as CSV with a header, one line each. */
export function csv(events: readonly TocsinEvent[]): string {
  const lines = events.map((event) => {
    const place = event.place;
    const row: Record<string, unknown> = {
      ...event, place: place?.name, country: place?.country, lat: place?.lat, lon: place?.lon,
      radius_km: place?.radius_km,
    };
    return COLUMNS.map((name) => cell(row[name])).join(",");
  });
  return [COLUMNS.join(","), ...lines].join("\r\n") + "\r\n";
}

/** Events as GeoJSON: the circle of each, with its middle among the properties. */
export function geojson(events: readonly TocsinEvent[]): string {
  const features = events.flatMap((event) => {
    const { place, why: _, ...rest } = event;
    if (!place) return [];
    const ring = circle(place.lon, place.lat, place.radius_km);
    return [{
      type: "Feature", id: event.event_id, properties: { ...rest, place },
      geometry: { type: "Polygon", coordinates: [ring.reverse()] },
    }];
  });
  return JSON.stringify({ type: "FeatureCollection", features });
}

/** Hand a file to the reader. */
export function save(name: string, media: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: media }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
