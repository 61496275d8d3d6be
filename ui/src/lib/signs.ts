/* The sign of an event: the shape says how grave, the line drawing inside says what it is. */

import type { Level } from "./types";

/** Outlines in a box of 32 by 32: circle, diamond, triangle. */
export const SHAPES: Record<Level, string> = {
  green: "M16 4a12 12 0 1 0 0 24a12 12 0 1 0 0-24z",
  yellow: "M14.9 2.1Q16 1 17.1 2.100L29.9 14.900Q31 16 29.9 17.100L17.1 29.900Q16 31 14.9 29.900L2.1 17.100Q1 16 2.1 14.900z",
  red: "M14.5 2.500Q16 0 17.5 2.500L31 26.500Q32.2 29.5 29 29.500H3Q-.2 29.5 1 26.500z",
};

/** Middle of the drawing inside each shape, and its scale. */
export const INSIDE: Record<Level, [number, number, number]> = {
  green: [16, 16, 0.86],
  yellow: [16, 16, 0.84],
  red: [16, 20.2, 0.78],
};

/** Line drawings in a box of 16 by 16. */
export const GLYPHS: Record<string, string> = {
  alert: "M8 2.500v7M8 13h.1",
  bolt: "M9 1L3.5 9H8l-1 6 5.5-8H8z",
  building: "M3 14V2h7v12M10 6h3v8M1.5 14h13M5.5 5h2M5.5 8h2M5.5 11h2",
  burst: "M8 1l1.6 4.200L13.5 3l-1.7 4.200L15 8.500l-3.7 1.500L13 14l-4-2-1 3-1.3-3L2.5 14l1.8-4L1 8.500l3.5-1.300L2.5 3l4 2.200z",
  car: "M2 11V8l2-4h8l2 4v3zM2 8h12M4.5 11v2M11.5 11v2",
  cloud: "M4.5 10a3 3 0 0 1 .3-6 4 4 0 0 1 7.2 1.200A2.5 2.5 0 0 1 11.5 10zM3 13h10",
  cross: "M6 2h4v4h4v4h-4v4H6v-4H2V6h4z",
  cyclone: "M8 5.500a2.5 2.5 0 1 0 0 5 2.5 2.5 0 1 0 0-5M5.5 8C4 5 6 2 11 2M10.5 8c1.5 3-.5 6-5.5 6",
  drop: "M8 1.500C5 5.5 3.8 7.7 3.8 10a4.2 4.2 0 0 0 8.4 0c0-2.3-1.2-4.5-4.2-8.500z",
  flame: "M8 1.500c.5 3-3.5 4.5-3.5 8a3.5 3.5 0 0 0 7 0c0-1.6-.8-2.4-1.3-3.4-.6 1-1 1.4-1.7 1.6.6-2.3.3-4.6-.5-6.200z",
  flask: "M6 1.500h4M6.7 1.500V6L2.5 13.500h11L9.3 6V1.5",
  net: "M1.5 6a9.5 9.5 0 0 1 13 0M4 9a6 6 0 0 1 8 0M6.5 11.800a2.5 2.5 0 0 1 3 0M8 14h.1",
  people: "M8 3.500a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 1 0 0-3.600M4.5 14V11.500a3.5 3.5 0 0 1 7 0V14M2.5 5.500v.1M13.5 5.500v.1M1.5 12V9.500M14.5 12V9.5",
  plane: "M8 1.500v13M8 6L1.5 9.500M8 6l6.5 3.500M8 12.500l-2.5 2M8 12.500l2.5 2",
  quake: "M1 8h3l1.5-4L8 13l2.5-11 2 6H15",
  rain: "M4.5 9a3 3 0 0 1 .3-6 4 4 0 0 1 7.2 1.200A2.5 2.5 0 0 1 11.5 9zM5 11.500l-.8 2M8.5 11.500l-.8 2M12 11.500l-.8 2",
  rays: "M8 6.500a1.5 1.5 0 1 0 0 3 1.5 1.5 0 1 0 0-3M8 1.500V4M2.4 11.200l2.2-1.200M13.6 11.200l-2.2-1.200M3 3.500a7 7 0 0 0-1.5 4M13 3.500a7 7 0 0 1 1.5 4M5.5 14a7 7 0 0 0 5 0",
  ship: "M2 9h12l-2 4.500H4zM5 9V5h6v4M8 5V2",
  slide: "M1 14h14L5 3 1 6zM10 4.500h.1M12.5 7h.1",
  snow: "M8 1.500v13M2.4 4.800l11.2 6.400M13.6 4.800L2.4 11.2",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 1 0 0-6M8 1v1.500M8 13.500V15M1 8h1.500M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
  target: "M8 3a5 5 0 1 0 0 10A5 5 0 1 0 8 3M8 .8v4M8 11.200v4M.8 8h4M11.2 8h4",
  tornado: "M2 3h12M3.5 6h9M5.5 9H11M7 12h3M8 14.500h1",
  train: "M4 2h8v8.500H4zM4 6.500h8M5.5 10.500L3.5 14M10.5 10.500l2 3.5",
  volcano: "M1 14l4.5-8h5L15 14zM6.5 3.500L6 1.500M8 3V1M9.5 3.500l.5-2",
  wave: "M1 13.500h14M1 13.500c1-6 4-9.5 8-9.5 3 0 4.2 2 4.2 3.500S11.7 10 10 9",
  waves: "M1 6c1.8-1.8 2.9-1.8 4.7 0s2.9 1.8 4.6 0 2.9-1.8 4.7 0M1 11c1.8-1.8 2.9-1.8 4.7 0s2.9 1.8 4.6 0 2.9-1.8 4.7 0",
  wind: "M1 5h8.500a2 2 0 1 0-2-2M1 8h12a2 2 0 1 1-2 2M1 11h6a2 2 0 1 1-2 2",
};

const CATEGORIES: Record<string, string> = {
  Geo: "quake", Met: "wind", Fire: "flame", Health: "cross", Env: "cloud", Transport: "car",
  Infra: "building", CBRNE: "flask", Security: "target", Safety: "burst", Rescue: "people",
  Other: "alert",
};

const OWN: Record<string, string> = {
  airport_disruption: "plane", algal_bloom: "drop", aviation_accident: "plane", avalanche: "slide",
  blizzard: "snow", boat_accident: "ship", chemical_spill: "flask", cloud_outage: "net",
  cold_wave: "snow", crowd_crush: "people", cyber_attack: "net", dam_failure: "waves",
  drought: "sun", drowning: "waves", emergency_number_outage: "net", flash_flood: "waves",
  flood: "waves", fog: "cloud", gas_leak: "flask", gas_outage: "flame", geomagnetic_storm: "sun",
  glacial_flood: "waves", gps_outage: "net", hail: "snow", heat_wave: "sun",
  heating_outage: "flame", heavy_rain: "rain", high_surf: "wave", ice_storm: "snow",
  incident: "alert", internet_outage: "net", lahar: "slide", landslide: "slide",
  levee_breach: "waves", lightning: "bolt", oil_spill: "drop", payment_outage: "net",
  port_disruption: "ship", power_outage: "bolt", radiation: "rays", rail_accident: "train",
  rail_disruption: "train", sewage_spill: "drop", ship_accident: "ship", ship_fire: "flame",
  shooting: "target", sinkhole: "slide", stabbing: "target", storm_surge: "wave",
  structure_collapse: "building", telephone_outage: "net", tornado: "tornado",
  tropical_cyclone: "cyclone", tsunami: "wave", volcanic_ash: "volcano", volcano: "volcano",
  water_contamination: "drop", water_outage: "drop",
  waterspout: "tornado",
};

/** Name of the line drawing of a hazard. */
export function glyphOf(hazard: string, category: string): string {
  return (Object.hasOwn(OWN, hazard) ? OWN[hazard] : undefined) ?? CATEGORIES[category] ?? "alert";
}

/** Side of a sign on the map in CSS pixels: what is graver is larger. */
export const SIZE: Record<Level, number> = { green: 24, yellow: 28, red: 32 };
