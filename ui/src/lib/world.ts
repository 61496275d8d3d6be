/* The outlines of the world, from packed numbers to GeoJSON, and circles upon them. */

import type { Feature, FeatureCollection } from "geojson";

type Point = [number, number];

export interface World {
  scale: number;
  land: string[];
  borders: string[];
  names: [string, number, number, number][];
}

/** Differences packed as in encoded polylines: five bits to a character, sign lowest. */
function* numbers(packed: string): Generator<number, undefined> {
  let value = 0;
  let bits = 0;
  for (let i = 0; i < packed.length; i += 1) {
    const chunk = packed.charCodeAt(i) - 63;
    value |= (chunk & 31) << bits;
    bits += 5;
    if (chunk >= 32) continue;
    yield value & 1 ? -(value + 1) / 2 : value / 2;
    value = 0;
    bits = 0;
  }
  return undefined;
}

function points(packed: string, scale: number): Point[] {
  const found: Point[] = [];
  let lon = 0;
  let lat = 0;
  const steps = numbers(packed);
  for (let step = steps.next(); !step.done; step = steps.next()) {
    lon += step.value;
    lat += steps.next().value ?? 0;
    found.push([lon / scale, lat / scale]);
  }
  return found;
}

function area(ring: Point[]): number {
  return ring.reduce((sum, [x, y], i) => {
    const [nx, ny] = ring[(i + 1) % ring.length] ?? [x, y];
    return sum + x * ny - nx * y;
  }, 0);
}

function collection(features: Feature[]): FeatureCollection {
  return { type: "FeatureCollection", features };
}

/** Land, inland seas, borders and names of countries. */
export function outlines(world: World): Record<"land" | "seas" | "borders" | "names", FeatureCollection> {
  const land: Feature[] = [];
  const seas: Feature[] = [];
  const turns = world.land.map((line) => points(line, world.scale));
  // Rings of land turn one way and inland seas the other; the largest ring is surely land.
  const largest = turns.reduce((best, ring) => (Math.abs(area(ring)) > Math.abs(area(best)) ? ring : best), turns[0] ?? []);
  for (const ring of turns) {
    const first = ring[0];
    if (!first) continue;
    const shape: Feature = {
      type: "Feature",
      properties: {},
      geometry: { type: "Polygon", coordinates: [[...ring, first]] },
    };
    (Math.sign(area(ring)) === Math.sign(area(largest)) ? land : seas).push(shape);
  }
  const borders: Feature[] = world.borders.map((line) => ({
    type: "Feature",
    properties: {},
    geometry: { type: "LineString", coordinates: points(line, world.scale) },
  }));
  const names: Feature[] = world.names.map(([name, lon, lat, span]) => ({
    type: "Feature",
    properties: { name, span },
    geometry: { type: "Point", coordinates: [lon, lat] },
  }));
  return { land: collection(land), seas: collection(seas), borders: collection(borders), names: collection(names) };
}

const EARTH_KM = 6371;
const CORNERS = 48;

/** A circle of so many kilometres on the globe. */
export function circle(lon: number, lat: number, radiusKm: number): Point[] {
  const far = Math.min(radiusKm / EARTH_KM, Math.PI / 2);
  const phi = (lat * Math.PI) / 180;
  const ring: Point[] = [];
  for (let i = 0; i <= CORNERS; i += 1) {
    const turn = ((i % CORNERS) / CORNERS) * 2 * Math.PI;
    const sin = Math.sin(phi) * Math.cos(far) + Math.cos(phi) * Math.sin(far) * Math.cos(turn);
    const out = Math.asin(Math.max(-1, Math.min(1, sin)));
    const east = Math.atan2(
      Math.sin(turn) * Math.sin(far) * Math.cos(phi),
      Math.cos(far) - Math.sin(phi) * sin,
    );
    ring.push([lon + (east * 180) / Math.PI, (out * 180) / Math.PI]);
  }
  return ring;
}
