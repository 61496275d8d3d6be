/* How a hand moves the map: drag, wheel, pinch, double click and keys. */

const START_PX = 4;
const STEP_PX = 70;

const KEYS = {
  ArrowLeft: (map) => map.pan(STEP_PX, 0),
  ArrowRight: (map) => map.pan(-STEP_PX, 0),
  ArrowUp: (map) => map.pan(0, STEP_PX),
  ArrowDown: (map) => map.pan(0, -STEP_PX),
  "+": (map) => map.zoom(1.5),
  "=": (map) => map.zoom(1.5),
  "-": (map) => map.zoom(1 / 1.5),
  0: (map) => map.reset(),
};

/** Let pointer, wheel and keyboard move this map. */
export function movable(map) {
  const { root } = map;
  dragging(map, root);
  const hand = (id, act) => root.querySelector(id).addEventListener("click", act);
  hand("#zoom-in", () => map.zoom(1.7));
  hand("#zoom-out", () => map.zoom(1 / 1.7));
  hand("#zoom-all", () => map.reset());
  root.addEventListener(
    "wheel",
    (turn) => {
      turn.preventDefault();
      const [x, y] = inside(root, turn);
      const lines = turn.deltaMode === 1 ? 16 : 1;
      map.halt();
      map.zoom(Math.exp(-Math.max(-120, Math.min(120, turn.deltaY * lines)) * 0.0035), x, y);
    },
    { passive: false },
  );
  root.addEventListener("dblclick", (click) => map.zoom(2, ...inside(root, click)));
  root.addEventListener("keydown", (key) => {
    if (key.ctrlKey || key.metaKey || key.altKey) return;
    const sign = key.target.closest?.(".sign");
    if (sign && key.key.startsWith("Arrow")) walk(sign, key);
    else if (KEYS[key.key]) KEYS[key.key](map);
    else return;
    key.preventDefault();
    key.stopPropagation();
  });
}

function inside(root, at) {
  const box = root.getBoundingClientRect();
  return [at.clientX - box.left, at.clientY - box.top];
}

function walk(sign, key) {
  const ahead = key.key === "ArrowRight" || key.key === "ArrowDown";
  const row = [...sign.parentNode.children];
  const next = row[(row.indexOf(sign) + (ahead ? 1 : row.length - 1)) % row.length];
  sign.setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
}

function dragging(map, root) {
  const down = new Map();
  let moved = 0;
  root.addEventListener("pointerdown", (at) => {
    if (at.target.closest("button, a, details")) return;
    map.halt();
    if (!down.size) moved = 0;
    down.set(at.pointerId, inside(root, at));
  });
  root.addEventListener("pointermove", (at) => {
    const before = down.get(at.pointerId);
    if (!before) return;
    const now = inside(root, at);
    const other = [...down].find(([id]) => id !== at.pointerId)?.[1];
    moved += Math.hypot(now[0] - before[0], now[1] - before[1]);
    if (moved < START_PX) return;
    // Captured only once it is a drag, so that a plain click still reaches the sign below.
    if (!root.hasPointerCapture(at.pointerId)) root.setPointerCapture(at.pointerId);
    down.set(at.pointerId, now);
    if (other) pinch(map, before, now, other);
    else map.pan(now[0] - before[0], now[1] - before[1]);
  });
  for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
    root.addEventListener(end, (at) => down.delete(at.pointerId));
  }
}

function pinch(map, before, now, other) {
  const apart = (a) => Math.max(20, Math.hypot(a[0] - other[0], a[1] - other[1]));
  const middle = (a) => [(a[0] + other[0]) / 2, (a[1] + other[1]) / 2];
  const [from, to] = [middle(before), middle(now)];
  map.pan(to[0] - from[0], to[1] - from[1]);
  map.zoom(apart(now) / apart(before), ...to);
}
