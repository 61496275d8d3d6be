/* Elements from text nodes only: nothing that comes from the API is ever read as markup. */

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

/** An HTML element; functions among the attributes become listeners. */
export function el(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element. */
export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** Replaces what a node holds; what does not apply may be null. */
export function put(node, ...children) {
  node.replaceChildren();
  return fill(node, {}, children);
}

/** Text from the API, kept apart from the writing direction around it. */
export function words(text, lang) {
  return el("bdi", { lang: lang || null }, text);
}

/** A link to elsewhere if the address is plain https, else null. */
export function outward(address, label) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (url.protocol !== "https:" || url.username || url.password) return null;
  return el("a", { href: url.href, rel: "noopener noreferrer", target: "_blank" }, label);
}

const SHAPES = {
  green: "M8 2.2a5.8 5.8 0 1 0 0 11.6a5.8 5.8 0 1 0 0-11.6z",
  yellow: "M8 .9L15.1 8L8 15.1L.9 8z",
  red: "M8 1.2L15.4 14.4H.6z",
};

/** Outline of a level's shape in a box of 16 by 16: circle, diamond, triangle. */
export function shape(level) {
  return SHAPES[level] ?? SHAPES.green;
}

/** The sign of a level, to stand beside its word. */
export function mark(level) {
  const known = SHAPES[level] ? level : "green";
  return svg(
    "svg",
    { class: `mark ${known}`, viewBox: "0 0 16 16", "aria-hidden": "true" },
    svg("path", { d: shape(known) }),
  );
}
