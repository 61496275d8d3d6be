/* The outlines of the world: from packed numbers to paths, and onto the canvas. */

import { WORLD, project } from "./projection.js";

/** Differences packed as in encoded polylines: five bits to a character, sign lowest. */
function* numbers(packed) {
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
}

function* points(packed, scale) {
  let lon = 0;
  let lat = 0;
  const steps = numbers(packed);
  for (let step = steps.next(); !step.done; step = steps.next()) {
    lon += step.value;
    lat += steps.next().value;
    yield project(lon / scale, lat / scale);
  }
}

function trace(lines, scale, closed) {
  const path = new Path2D();
  for (const line of lines) {
    let first = true;
    for (const [x, y] of points(line, scale)) {
      if (first) path.moveTo(x, y);
      else path.lineTo(x, y);
      first = false;
    }
    if (closed) path.closePath();
  }
  return path;
}

/** Names of countries with their place in the plane and their size in degrees. */
export function countries(world) {
  return world.names.map(([name, lon, lat, span]) => ({ name, at: project(lon, lat), span }));
}

/** Paths of land and borders, and how to draw them for a view. */
export function landPath(world) {
  const land = trace(world.land, world.scale, true);
  const borders = trace(world.borders, world.scale, false);
  return { draw: (map) => draw(map, land, borders) };
}

function draw(map, land, borders) {
  const { canvas, view, width, height, ratio } = map;
  const ink = canvas.getContext("2d");
  const style = getComputedStyle(map.root);
  const colour = (name) => style.getPropertyValue(name).trim();
  ink.setTransform(1, 0, 0, 1, 0, 0);
  ink.fillStyle = colour("--sea");
  ink.fillRect(0, 0, canvas.width, canvas.height);
  ink.lineJoin = "round";
  const half = width / 2 / view.k;
  const from = Math.floor((view.x - half + WORLD / 2 - 0.2) / WORLD);
  const to = Math.floor((view.x + half + WORLD / 2) / WORLD);
  for (let turn = from; turn <= to; turn += 1) {
    const k = view.k * ratio;
    const left = (width / 2 + (turn * WORLD - view.x) * view.k) * ratio;
    ink.setTransform(k, 0, 0, -k, left, (height / 2 + view.y * view.k) * ratio);
    ink.fillStyle = colour("--land");
    ink.fill(land);
    ink.lineWidth = 0.7 / view.k;
    ink.strokeStyle = colour("--border");
    ink.stroke(borders);
    ink.strokeStyle = colour("--coast");
    ink.stroke(land);
  }
  southOfAll(map, ink, colour("--land"));
  names(map, ink, colour("--country"));
}

function southOfAll(map, ink, colour) {
  // Below the pole the ice simply goes on, so that a tall map has no hard edge.
  const { view, height, ratio, canvas } = map;
  const edge = Math.floor((height / 2 - (project(0, -89.9)[1] - view.y) * view.k) * ratio);
  ink.setTransform(1, 0, 0, 1, 0, 0);
  ink.fillStyle = colour;
  if (edge < canvas.height) ink.fillRect(0, edge - ratio, canvas.width, canvas.height - edge + ratio);
}

function names(map, ink, colour) {
  const { view, width, height, ratio, world } = map;
  ink.setTransform(ratio, 0, 0, ratio, 0, 0);
  ink.fillStyle = colour;
  ink.textAlign = "center";
  ink.font = "500 11px system-ui, sans-serif";
  for (const { name, at, span } of world.names) {
    // A name appears once its country is wide enough on the screen to carry it.
    const room = (span * view.k * Math.PI) / 180;
    if (room < Math.max(70, name.length * 6.5)) continue;
    const turn = Math.round((view.x - at[0]) / WORLD);
    const x = width / 2 + (at[0] + turn * WORLD - view.x) * view.k;
    const y = height / 2 - (at[1] - view.y) * view.k;
    if (x > -80 && x < width + 80 && y > -20 && y < height + 20) ink.fillText(name, x, y);
  }
}
