/** Product cards: what the shop's database says about a product, as text, with one link and one picture. */

import { shown } from "./addresses.js";
import { el, icon, unseen } from "./elements.js";
import { foreign } from "./messages.js";

/** @typedef {import("./messages.js").Card} Card */

/**
 * @param {Card} data
 * @param {Record<string, any>} strings any: sentences, and the list of starters.
 * @param {string} base The page's own address.
 * @param {string} language The page's.
 * @param {(event: Event) => void} clicked The link is followed.
 * @returns {HTMLLIElement}
 */
export function card(data, strings, base, language, clicked) {
  const named = { class: "card-title", lang: foreign(data.title, language) };
  const href = shown(data.link, base);
  const title = href
    ? el("a", { href, ...named, part: "card-link", onclick: clicked }, data.title)
    : el("span", named, data.title);
  return el(
    "li",
    { class: "card", part: "card", "data-sku": data.sku, "data-availability": data.availability },
    picture(data, base),
    el(
      "div",
      { class: "card-text" },
      data.brand ? el("span", { class: "card-brand", lang: foreign(data.brand, language) }, data.brand) : null,
      title,
      price(data, strings),
      data.availability_text ? el("span", { class: "stock" }, data.availability_text) : null,
    ),
  );
}

/**
 * @param {Card} data
 * @param {string} base
 */
function picture(data, base) {
  const frame = el("div", { class: "card-picture" });
  const src = shown(data.image_link, base);
  if (src) {
    const broken = () => frame.replaceChildren(icon("image"));
    frame.append(el("img", { src, alt: data.title, width: 80, height: 80, loading: "lazy", decoding: "async", onerror: broken }));
  } else {
    frame.append(icon("image"));
  }
  return frame;
}

/**
 * @param {Card} data
 * @param {Record<string, any>} strings any: see card.
 */
function price(data, strings) {
  if (!data.price_text) return null;
  if (!data.sale_price_text) return el("span", { class: "price" }, data.price_text);
  return el(
    "span",
    { class: "price" },
    el("ins", {}, unseen(`${strings.sale_price} `), data.sale_price_text),
    " ",
    el("del", {}, unseen(`${strings.regular_price} `), data.price_text),
  );
}
