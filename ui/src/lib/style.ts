/* How the map looks: our own outlines, no tiles, no glyph files, no address elsewhere. */

import type { FeatureCollection } from "geojson";
import type { StyleSpecification } from "maplibre-gl";
import { GLYPHS, INSIDE, SHAPES, SIZE } from "./signs";
import type { Level } from "./types";

export interface Colours {
  sea: string;
  land: string;
  coast: string;
  border: string;
  country: string;
  ink: string;
  paper: string;
  green: string;
  yellow: string;
  red: string;
}

const NAMES = ["sea", "land", "coast", "border", "country", "ink", "paper", "green", "yellow", "red"] as const;

/** The colours of the page as they are now. */
export function colours(): Colours {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as unknown as Colours;
}

const none: FeatureCollection = { type: "FeatureCollection", features: [] };
const byLevel = (c: Colours): unknown => ["match", ["get", "level"], "red", c.red, "yellow", c.yellow, c.green];

/** The whole style; sources are filled later. */
export function mapStyle(c: Colours): StyleSpecification {
  const source = { type: "geojson" as const, data: none };
  return {
    version: 8,
    sources: { land: source, seas: source, borders: source, names: source, rings: source, signs: source },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": c.sea } },
      { id: "land", type: "fill", source: "land", paint: { "fill-color": c.land, "fill-antialias": false } },
      { id: "seas", type: "fill", source: "seas", paint: { "fill-color": c.sea } },
      { id: "borders", type: "line", source: "borders", paint: { "line-color": c.border, "line-width": 0.8 } },
      { id: "coast", type: "line", source: "land", paint: { "line-color": c.coast, "line-width": 0.7 } },
      { id: "shore", type: "line", source: "seas", paint: { "line-color": c.coast, "line-width": 0.7 } },
      {
        id: "names", type: "symbol", source: "names",
        // A name appears once its country is wide enough on the screen to carry it.
        filter: [
          "step", ["zoom"], [">=", ["get", "span"], 30],
          1, [">=", ["get", "span"], 22], 2, [">=", ["get", "span"], 12],
          3, [">=", ["get", "span"], 6], 4, [">=", ["get", "span"], 3], 5, true,
        ],
        layout: {
          "text-field": ["get", "name"], "text-font": ["sans-serif"], "text-size": 11,
          "text-max-width": 7, "text-padding": 6,
        },
        paint: { "text-color": c.country, "text-halo-color": c.land, "text-halo-width": 1 },
      },
      {
        id: "rings", type: "fill", source: "rings",
        filter: ["!", ["get", "wide"]],
        paint: { "fill-color": byLevel(c) as string, "fill-opacity": ["case", ["get", "open"], 0.16, 0.08] },
      },
      {
        id: "ring-lines", type: "line", source: "rings",
        paint: {
          "line-color": byLevel(c) as string,
          "line-width": ["case", ["get", "open"], 2, 1],
          "line-opacity": ["case", ["get", "open"], 0.95, ["get", "wide"], 0.3, 0.6],
          "line-dasharray": [3, 2],
        },
      },
      {
        id: "signs", type: "symbol", source: "signs",
        layout: {
          "icon-image": ["get", "icon"], "icon-allow-overlap": true, "icon-ignore-placement": true,
          "symbol-sort-key": ["get", "order"], "symbol-z-order": "source",
          "text-field": ["get", "name"], "text-font": ["sans-serif"], "text-size": 12,
          "text-offset": [0, 1.6], "text-anchor": "top", "text-optional": true,
        },
        paint: { "text-color": c.ink, "text-halo-color": c.land, "text-halo-width": 1.5 },
      },
    ],
  };
}

/** Picture of one sign: `red quake solid`, with the colours of the moment. */
export function signPicture(name: string, c: Colours, ratio: number): ImageData | null {
  const [level, glyph, look] = name.split(" ") as [Level, string, string];
  const size = SIZE[level];
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.round((size + 4) * ratio);
  const ink = canvas.getContext("2d");
  if (!ink) return null;
  const scale = (size * ratio) / 32;
  ink.setTransform(scale, 0, 0, scale, 2 * ratio, 2 * ratio);
  const body = new Path2D(SHAPES[level]);
  const over = look === "over";
  ink.lineJoin = ink.lineCap = "round";
  ink.fillStyle = over ? c.land : c[level];
  ink.strokeStyle = over ? c[level] : look === "open" ? c.ink : c.land;
  ink.lineWidth = look === "open" ? 3.4 : 2.4;
  if (look === "drill") ink.setLineDash([3.5, 2.5]);
  if (look === "drill") ink.strokeStyle = c.ink;
  ink.fill(body);
  ink.stroke(body);
  ink.setLineDash([]);
  const [x, y, k] = INSIDE[level];
  ink.translate(x - 8 * k, y - 8 * k);
  ink.scale(k, k);
  ink.lineWidth = 1.7;
  ink.strokeStyle = over ? c[level] : onLevel(level, c);
  ink.stroke(new Path2D(GLYPHS[glyph] ?? GLYPHS.alert));
  return ink.getImageData(0, 0, canvas.width, canvas.height);
}

/** What stands out upon a level's colour: yellow is light in both themes. */
function onLevel(level: Level, c: Colours): string {
  if (level === "yellow") return "#2a1d00";
  return c.paper;
}
