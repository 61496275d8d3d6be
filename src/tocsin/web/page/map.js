/* The outline map: land on a canvas, events as signs above it, pan and zoom by any means. */

import { el, put, shape, svg } from "./dom.js";
import { WORLD, nearest, project, ring } from "./projection.js";
import { countries, landPath } from "./land.js";
import { label, placeShort } from "./words.js";

const SIZE = { green: 13, yellow: 16, red: 19 };
const ZOOM_MOST = 220;
const NEAR = 2_200;
const WIDE_KM = 250;
const NORTH = project(0, 77)[1];
const SOUTH = project(0, -65)[1];
const MIDDLE = { x: project(12, 0)[0], y: (NORTH + SOUTH) / 2 };
const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** A map in `root`; `onOpen(id)` is called when a sign is chosen. */
export class WorldMap {
  constructor(root, { onOpen }) {
    this.onOpen = onOpen;
    this.root = root;
    this.canvas = el("canvas", { "aria-hidden": "true" });
    this.rings = svg("g", { class: "rings" });
    this.signs = svg("g", { class: "signs" });
    this.name = svg("text", { class: "place-name", "aria-hidden": "true" });
    this.sky = svg("svg", { class: "sky" }, this.rings, this.signs, this.name);
    root.prepend(this.canvas, this.sky);
    this.shown = new Map();
    this.open = null;
    this.world = null;
    this.view = { ...MIDDLE, k: 0 };
    this.centre = MIDDLE;
    this.touched = false;
    this.frame = 0;
    new ResizeObserver(() => this.#resize()).observe(root);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#soon());
  }

  /** Take the outlines (world.json) and draw them. */
  setWorld(world) {
    this.world = { ...landPath(world), names: countries(world) };
    this.#soon();
  }

  /** Show these events; `fresh` are ids that changed just now. */
  render(events, { open, fresh }) {
    const wanted = new Map(events.filter((event) => event.place).map((e) => [e.event_id, e]));
    for (const [id, sign] of this.shown) {
      if (wanted.has(id)) continue;
      sign.group.remove();
      sign.ring.remove();
      this.shown.delete(id);
    }
    // Later in the document is drawn on top: heavier levels last, the open one at the very top.
    const weight = (event) => SIZE[event.level] + (event.event_id === open ? 100 : 0);
    const order = [...wanted.values()].sort((a, b) => weight(a) - weight(b));
    order.forEach((event, at) => this.#sign(event, at, open === event.event_id, fresh));
    this.open = open;
    this.root.dataset.signs = String(wanted.size);
    this.#turn([...this.shown.values()].map((sign) => sign.x));
    this.#name(wanted.get(open));
    this.#stops();
    this.#soon();
  }

  /** Bring an event into view, near enough to see its radius. */
  flyTo(place) {
    const [x, y] = project(place.lon, place.lat);
    const fits = (Math.min(this.width, this.height) * 6371) / (Math.max(place.radius_km, 10) * 9);
    const k = Math.max(this.home, Math.min(fits, NEAR));
    this.touched = true;
    this.#move({ x: nearest(x, this.view.x), y, k });
  }

  /** The whole world again. */
  reset() {
    this.touched = false;
    this.#move({ ...this.centre, k: this.home });
  }

  /** Zoom by a factor around a point of the element (its middle when left out). */
  zoom(factor, px = this.width / 2, py = this.height / 2) {
    const { x, y, k } = this.view;
    this.touched = true;
    const next = Math.min(Math.max(k * factor, this.least), this.least * ZOOM_MOST);
    const grow = 1 / k - 1 / next;
    this.#set({
      x: x + (px - this.width / 2) * grow,
      y: y - (py - this.height / 2) * grow,
      k: next,
    });
  }

  /** Shift by pixels. */
  pan(dx, dy) {
    const { x, y, k } = this.view;
    this.touched = true;
    this.#set({ x: x - dx / k, y: y + dy / k, k });
  }

  #sign(event, at, isOpen, fresh) {
    const id = event.event_id;
    const sign = this.shown.get(id) ?? this.#newSign(id);
    if (sign.event !== event) {
      const [x, y] = project(event.place.lon, event.place.lat);
      const points = ring(event.place.lon, event.place.lat, event.place.radius_km);
      Object.assign(sign, { event, x, y });
      sign.outline.setAttribute("d", `M${points.map((p) => p.map((v) => v.toFixed(6))).join("L")}Z`);
      sign.path.setAttribute("d", shape(event.level));
      const scale = SIZE[event.level] / 16;
      sign.path.setAttribute("transform", `scale(${scale}) translate(-8 -8)`);
      const what = `${label(event.level)}: ${label(event.hazard)}, ${placeShort(event.place)}`;
      sign.group.setAttribute("aria-label", what);
      put(sign.title, what);
    }
    const state = `${event.level} ${event.phase} ${isOpen ? "open" : ""} ${event.drill ? "drill" : ""}`;
    sign.group.setAttribute("class", `sign ${state} ${fresh.has(id) ? "fresh" : ""}`);
    const wide = event.place.radius_km > WIDE_KM ? "wide" : "";
    sign.ring.setAttribute("class", `ring ${state} ${wide}`);
    if (this.signs.children[at] === sign.group) return;
    const focused = document.activeElement === sign.group;
    this.signs.insertBefore(sign.group, this.signs.children[at] ?? null);
    if (focused) sign.group.focus({ preventScroll: true });
  }

  #newSign(id) {
    const path = svg("path", { class: "body" });
    const title = svg("title", {});
    const outline = svg("path", {});
    const group = svg(
      "g",
      { role: "button", tabindex: "-1", "data-id": id },
      title,
      svg("circle", { class: "halo", r: 11 }),
      svg("circle", { class: "touch", r: 16 }),
      path,
    );
    const choose = () => this.onOpen(id);
    group.addEventListener("click", choose);
    group.addEventListener("keydown", (key) => {
      if (key.key !== "Enter" && key.key !== " ") return;
      key.preventDefault();
      key.stopPropagation();
      choose();
    });
    const outer = svg("g", {}, outline);
    this.rings.append(outer);
    const sign = { group, path, title, outline, ring: outer, event: null, x: 0, y: 0 };
    this.shown.set(id, sign);
    return sign;
  }

  #turn(xs) {
    // When events lie beyond the edge, the edge moves to the widest stretch without any.
    const half = (this.width / 2 / this.home) * 0.95;
    const inside = (x) => Math.abs(nearest(x, this.centre.x) - this.centre.x) < half;
    if (!this.home || xs.every(inside)) return;
    const all = xs.map((x) => nearest(x, 0)).sort((a, b) => a - b);
    const gaps = all.map((x, i) => [(all[i + 1] ?? all[0] + WORLD) - x, x]);
    const [widest, west] = gaps.reduce((best, gap) => (gap[0] > best[0] ? gap : best));
    this.centre = { ...MIDDLE, x: nearest(west + widest / 2 + WORLD / 2, 0) };
    const fits = (this.width * 0.9) / (WORLD - widest);
    this.home = Math.min(this.home, Math.max(this.least, fits));
    if (!this.touched) this.#move({ ...this.centre, k: this.home });
  }

  #name(event) {
    put(this.name, event ? event.place.name : "");
    this.named = event?.event_id ?? null;
  }

  #stops() {
    // One stop for the tab key; the arrows walk from sign to sign.
    const first = this.shown.get(this.open)?.group ?? this.signs.firstElementChild;
    for (const sign of this.shown.values()) {
      sign.group.setAttribute("tabindex", sign.group === first ? "0" : "-1");
    }
  }

  #resize() {
    const box = this.root.getBoundingClientRect();
    if (!box.width || !box.height) return;
    this.width = box.width;
    this.height = box.height;
    this.least = box.width / WORLD;
    this.home = Math.max(this.least, (box.height / (NORTH - SOUTH)) * 0.72);
    const ratio = Math.min(devicePixelRatio || 1, 2);
    this.canvas.width = Math.round(box.width * ratio);
    this.canvas.height = Math.round(box.height * ratio);
    this.ratio = ratio;
    const kept = { ...this.view, k: Math.max(this.view.k, this.least) };
    this.#set(this.touched ? kept : { ...this.centre, k: this.home });
    this.#draw();
  }

  #set({ x, y, k }) {
    const half = this.height / 2 / k;
    const [low, high] = [SOUTH + half, NORTH - half];
    const middle = (NORTH + SOUTH) / 2;
    const held = low > high ? middle : Math.min(Math.max(y, low), high);
    this.view = { x: nearest(x, 0), y: held, k };
    this.#soon();
  }

  #move(to) {
    cancelAnimationFrame(this.flight);
    const from = this.view;
    if (calm.matches || !from.k) return this.#set(to);
    const start = performance.now();
    const step = (now) => {
      const t = Math.min(1, (now - start) / 420);
      const ease = 1 - (1 - t) ** 3;
      const k = from.k * (to.k / from.k) ** ease;
      const far = nearest(to.x, from.x);
      this.#set({ x: from.x + (far - from.x) * ease, y: from.y + (to.y - from.y) * ease, k });
      if (t < 1) this.flight = requestAnimationFrame(step);
    };
    this.flight = requestAnimationFrame(step);
    return undefined;
  }

  /** Stop a flight, because a hand has taken the map. */
  halt() {
    cancelAnimationFrame(this.flight);
  }

  #soon() {
    if (!this.frame) this.frame = requestAnimationFrame(() => this.#draw());
  }

  #at(x, y) {
    const { view, width, height } = this;
    return [width / 2 + (nearest(x, view.x) - view.x) * view.k, height / 2 - (y - view.y) * view.k];
  }

  #draw() {
    this.frame = 0;
    if (!this.view.k) return;
    if (this.world) this.world.draw(this);
    for (const sign of this.shown.values()) {
      const [px, py] = this.#at(sign.x, sign.y);
      sign.group.setAttribute("transform", `translate(${px.toFixed(1)} ${py.toFixed(1)})`);
      const k = this.view.k.toFixed(3);
      sign.ring.setAttribute("transform", `translate(${px.toFixed(1)} ${py.toFixed(1)}) scale(${k} -${k})`);
    }
    const named = this.shown.get(this.named);
    if (named) {
      const [px, py] = this.#at(named.x, named.y);
      this.name.setAttribute("x", px.toFixed(1));
      const below = (named.event.place.radius_km / 6371) * this.view.k * 1.1;
      this.name.setAttribute("y", (py + Math.min(Math.max(24, below + 15), 120)).toFixed(1));
    }
  }
}
