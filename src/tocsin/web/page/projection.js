/* Longitude and latitude to the plane and back (Patterson's cylindrical projection). */

const RADIANS = Math.PI / 180;
const [C1, C2, C3, C4] = [1.0148, 0.23185, -0.14499, 0.02406];
const EARTH_KM = 6371;

/** Width of the world in the plane. */
export const WORLD = 2 * Math.PI;

/** [x, y] in radians, y to the north; longitudes beyond 180 simply run on. */
export function project(lon, lat) {
  const f = Math.max(-90, Math.min(90, lat)) * RADIANS;
  const g = f * f;
  return [lon * RADIANS, f * (C1 + g * g * (C2 + g * (C3 + g * C4)))];
}

/** A circle of `radius_km` on the globe as points of the plane around its centre. */
export function ring(lon, lat, radius_km, steps = 48) {
  const [cx, cy] = project(lon, lat);
  const f = lat * RADIANS;
  const distance = Math.min(radius_km / EARTH_KM, 1.2);
  const points = [];
  for (let i = 0; i < steps; i += 1) {
    const bearing = (i / steps) * WORLD;
    const sine =
      Math.sin(f) * Math.cos(distance) + Math.cos(f) * Math.sin(distance) * Math.cos(bearing);
    const there = Math.asin(Math.max(-1, Math.min(1, sine)));
    const turn = Math.atan2(
      Math.sin(bearing) * Math.sin(distance) * Math.cos(f),
      Math.cos(distance) - Math.sin(f) * sine,
    );
    const [x, y] = project(lon + turn / RADIANS, there / RADIANS);
    points.push([x - cx, y - cy]);
  }
  return points;
}

/** The copy of `x` that lies nearest to `centre` on the cylinder. */
export function nearest(x, centre) {
  return x - Math.round((x - centre) / WORLD) * WORLD;
}
