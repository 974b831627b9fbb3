/** Elements and icons, made without markup strings: nothing here can be read as HTML, and Trusted Types have no quarrel. */

/** @typedef {string | number | boolean | null | undefined} Value */

/**
 * An element. `true` sets an empty attribute; `false`, null and undefined set none. Names that begin with "on" are
 * listeners.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, Value | ((event: any) => void)>} [attributes] any: each event has a type of its own.
 * @param {...(Node | string | null)} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value === true ? "" : `${value}`);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Outlines on a 24 by 24 grid. */
const ICONS = {
  chat: "M20 11.5a7.5 7.5 0 0 1-7.5 7.5H5l1.6-3.1A7.5 7.5 0 1 1 20 11.5ZM9.5 10h6M9.5 13.5h4",
  close: "M6 6l12 12M18 6 6 18",
  send: "M12 19V5M6 11l6-6 6 6",
  stop: "M7 7h10v10H7Z",
  more: "M5.5 12h.01M12 12h.01M18.5 12h.01",
  down: "M12 5v14M6 13l6 6 6-6",
  up: "M7 11v8H4v-8Zm0 0 4-7a2 2 0 0 1 2 2v4h5a2 2 0 0 1 2 2.3l-1 5A2 2 0 0 1 17 19H7",
  thumbDown: "M17 13V5h3v8Zm0 0-4 7a2 2 0 0 1-2-2v-4H6a2 2 0 0 1-2-2.3l1-5A2 2 0 0 1 7 5h10",
  image: "M4 5h16v14H4ZM4 16l5-5 4 4 3-3 4 4",
};

const SVG = "http://www.w3.org/2000/svg";

/**
 * An icon that says nothing to a screen reader: the button around it has the words.
 * @param {keyof typeof ICONS} name
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/**
 * Words for a screen reader only.
 * @param {string} words
 */
export const unseen = (words) => el("span", { class: "unseen" }, words);

/**
 * Put values into the places of a translated sentence: `fill("{n} left", {n: 3})`.
 * @param {string} sentence
 * @param {Record<string, string | number>} values
 */
export const fill = (sentence, values) =>
  sentence.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
