/**
 * What a screen reader says of an answer while it comes: whole paragraphs, rows and cards, each once, as soon as it is
 * complete. The transcript itself is no live region: a reader that heeds `aria-busy` never says what came meanwhile
 * (nvaccess/nvda#20871), and one that does not says every few words as they are appended.
 */

import { el } from "./elements.js";
import { parse, plain } from "./markdown.js";
import { foreign } from "./messages.js";
import { busy } from "./state.js";

/** @typedef {import("./messages.js").Card} Card */
/** @typedef {import("./messages.js").Message} Message */
/** @typedef {import("./messages.js").TextBlock} TextBlock */
/** @typedef {import("./state.js").State} State */

/** By then a reader has taken a line up; it leaves, so that who goes through the page line by line meets it once. */
const TAKEN_UP_MS = 7_000;

export class Speech {
  #strings;
  #language;
  #live = false;
  #key = "";
  /** @type {string[]} */
  #said = [];
  element = el("div", { class: "unseen", role: "log" });

  /**
   * @param {Record<string, any>} strings any: sentences, and the list of starters.
   * @param {string} language The page's.
   */
  constructor(strings, language) {
    this.#strings = strings;
    this.#language = language;
  }

  /**
   * What stands there when the page begins was said on the page before.
   * @param {State} state
   */
  know(state) {
    this.#news(state);
  }

  /** @param {State} state */
  draw(state) {
    this.#live ||= busy(state);
    if (!this.#live) return;
    this.#live = busy(state);
    for (const line of this.#news(state)) this.say(line);
  }

  /** @param {string} line */
  say(line) {
    const said = el("p", { lang: foreign(line, this.#language) }, line);
    this.element.append(said);
    setTimeout(() => said.remove(), TAKEN_UP_MS);
  }

  /**
   * The lines of the last answer that are complete and were not there before; a corrected line is a new one.
   * @param {State} state
   */
  #news(state) {
    const answer = state.messages[state.messages.length - 1];
    if (answer?.role !== "assistant") return [];
    if (answer.key !== this.#key) this.#said = [];
    this.#key = answer.key;
    return this.#lines(answer).filter((line, index) => {
      const known = this.#said[index] === line;
      this.#said[index] = line;
      return !known;
    });
  }

  /** @param {Message} answer */
  #lines(answer) {
    const growing = answer.phase === "answering";
    const lines = answer.blocks.flatMap((block) =>
      block.kind === "product" ? [this.#card(block.card)] : complete(block, growing && block.open),
    );
    const ending = answer.phase === "done" ? this.#strings[`ending_${answer.ending}`] : "";
    return ending ? [...lines, ending] : lines;
  }

  /** @param {Card} card */
  #card({ title, price_text, sale_price_text, availability_text }) {
    const price = sale_price_text ? `${this.#strings.sale_price} ${sale_price_text}` : price_text;
    return [title, price, availability_text].filter(Boolean).join(", ");
  }
}

/**
 * @param {TextBlock} block
 * @param {boolean} growing Its last line may go on.
 */
function complete({ text }, growing) {
  const blocks = parse(text, growing);
  return (growing ? blocks.slice(0, -1) : blocks).map((block) => {
    if ("cells" in block) return block.cells.map(plain).filter(Boolean).join(", ");
    return block.kind === "pre" ? block.text : plain(block.children);
  });
}
