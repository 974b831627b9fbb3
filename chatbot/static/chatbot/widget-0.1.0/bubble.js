/**
 * One message on the page: its words, its cards, and below them what the shopper can do about it. A message that is the
 * same value as before is not looked at again.
 */

import { card } from "./cards.js";
import { el, icon, unseen } from "./elements.js";
import { foreign, textOf } from "./messages.js";
import { Prose } from "./prose.js";

/** @typedef {import("./messages.js").Block} Block */
/** @typedef {import("./messages.js").Card} Card */
/** @typedef {import("./messages.js").Message} Message */
/**
 * @typedef {object} Acts What a shopper can do with a message.
 * @property {(key: string) => void} retry
 * @property {() => void} goOn
 * @property {(id: string, word: 1 | -1) => void} feedback
 * @property {(event: Event, card: Card, message: Message) => void} clicked
 */
/**
 * @typedef {object} Scene What all bubbles of a widget share.
 * @property {Record<string, any>} strings any: sentences, and the list of starters.
 * @property {Acts} acts
 * @property {string} base The page's own address.
 * @property {string} language The page's.
 * @property {string | null} contact Where people can be reached.
 */

/** One message. */
export class Bubble {
  #scene;
  #body = el("div", { class: "body", part: "message-body" });
  #foot = el("div", { class: "foot" });
  /** @type {Message | null} */
  #message = null;
  #last = false;
  #footState = "";
  /** @type {Map<string, {prose: Prose, text: string, growing: boolean}>} */
  #texts = new Map();
  /** @type {Map<string, {card: Card, element: HTMLElement}>} */
  #cards = new Map();
  #order = "";

  /**
   * @param {Message} message
   * @param {Scene} scene
   */
  constructor(message, scene) {
    this.#scene = scene;
    const { role } = message;
    const name = unseen(role === "user" ? scene.strings.you : scene.strings.assistant);
    this.element = el("article", { class: `message ${role}`, part: `message ${role}` }, name, this.#body, this.#foot);
  }

  /**
   * @param {Message} message
   * @param {boolean} last Whether it is the last one and nothing is under way.
   */
  draw(message, last) {
    if (message === this.#message && last === this.#last) return;
    this.#message = message;
    this.#last = last;
    const writing = message.phase === "answering";
    this.element.dataset.phase = message.phase;
    this.element.setAttribute("aria-busy", String(writing));
    const spoken = foreign(textOf(message), this.#scene.language);
    if (spoken) this.#body.lang = spoken;
    else this.#body.removeAttribute("lang");
    if (message.role === "user") this.#body.textContent = textOf(message);
    else this.#blocks(message.blocks, writing);
    this.#drawFoot(message, last);
  }

  /**
   * @param {readonly Block[]} blocks
   * @param {boolean} writing
   */
  #blocks(blocks, writing) {
    const order = blocks.map((block) => `${block.kind} ${block.id}`).join("\n");
    if (order !== this.#order) this.#arrange(blocks, order);
    for (const block of blocks) {
      if (block.kind === "product") {
        const known = this.#cards.get(block.id);
        if (known && known.card !== block.card) {
          const element = this.#card(block.card);
          known.element.replaceWith(element);
          this.#cards.set(block.id, { card: block.card, element });
        }
        continue;
      }
      const shown = this.#texts.get(block.id);
      const growing = writing && block.open;
      if (!shown || (shown.text === block.text && shown.growing === growing)) continue;
      shown.prose.draw(block.text, growing);
      shown.text = block.text;
      shown.growing = growing;
    }
  }

  /**
   * Put the blocks in their order. While an answer only grows, what is there stays where it is.
   * @param {readonly Block[]} blocks
   * @param {string} order
   */
  #arrange(blocks, order) {
    if (!this.#order || !order.startsWith(`${this.#order}\n`)) {
      this.#body.replaceChildren();
      this.#texts.clear();
      this.#cards.clear();
    }
    for (const block of blocks) {
      if (block.kind === "text" && !this.#texts.has(block.id)) {
        const into = this.#body.appendChild(el("div", { class: "prose", part: "prose" }));
        this.#texts.set(block.id, { prose: new Prose(into, this.#scene.base, this.#scene.strings.table), text: "", growing: false });
      } else if (block.kind === "product" && !this.#cards.has(block.id)) {
        const element = this.#card(block.card);
        this.#list().append(element);
        this.#cards.set(block.id, { card: block.card, element });
      }
    }
    this.#order = order;
  }

  /** The list that the next card goes into: cards that follow each other stand in one. */
  #list() {
    const end = this.#body.lastElementChild;
    if (end?.localName === "ul") return end;
    // Safari drops the list role from a list without markers; the attribute keeps it.
    return this.#body.appendChild(el("ul", { class: "cards", part: "cards", role: "list", "aria-label": this.#scene.strings.products }));
  }

  /** @param {Card} data */
  #card(data) {
    const { strings, acts, base, language } = this.#scene;
    return card(data, strings, base, language, (event) => this.#message && acts.clicked(event, data, this.#message));
  }

  /**
   * A button that has the focus must not be made anew because another value of the message changed.
   * @param {Message} message
   * @param {boolean} last
   */
  #drawFoot(message, last) {
    const state = [message.phase, message.ending, last, message.fault?.sentence, message.blocks.length > 0].join("\n");
    if (state !== this.#footState) this.#foot.replaceChildren(...this.#below(message, last));
    this.#footState = state;
    for (const thumb of /** @type {NodeListOf<HTMLElement>} */ (this.#foot.querySelectorAll(".thumb"))) {
      thumb.setAttribute("aria-pressed", String(thumb.dataset.word === String(message.feedback)));
    }
  }

  /**
   * @param {Message} message
   * @param {boolean} last
   * @returns {Node[]}
   */
  #below(message, last) {
    const { strings, acts, contact } = this.#scene;
    const button = (/** @type {string} */ words, /** @type {() => void} */ act) =>
      el("button", { type: "button", class: "act", part: "button", onclick: act }, words);
    const again = () => button(strings.retry, () => acts.retry(message.key));
    if (message.role === "user") {
      if (message.phase === "unsent") {
        const alert = el("p", { class: "note fault", role: "alert" }, message.fault?.sentence || strings.unsent);
        return [alert, again()];
      }
      return message.phase === "sent" && last ? [el("p", { class: "note" }, strings.unanswered), again()] : [];
    }
    if (message.phase === "failed") {
      const alert = el("p", { class: "note fault", role: "alert" }, message.fault?.sentence || strings.failed);
      const people = contact ? [el("a", { class: "act", part: "button", href: contact }, strings.contact)] : [];
      return last ? [alert, again(), ...people] : [alert];
    }
    if (message.phase !== "done") return [];
    const note = strings[`ending_${message.ending}`];
    return [
      ...(note ? [el("p", { class: "note" }, note)] : []),
      ...(last && message.ending === "incomplete" ? [button(strings.go_on, acts.goOn)] : []),
      ...(message.blocks.length ? [this.#thumbs()] : []),
    ];
  }

  #thumbs() {
    const thumb = (/** @type {1 | -1} */ word, /** @type {string} */ words) =>
      el(
        "button",
        {
          type: "button",
          class: "thumb",
          part: "feedback-button",
          title: words,
          "aria-label": words,
          "data-word": word,
          onclick: () => this.#message && this.#scene.acts.feedback(this.#message.id, word),
        },
        icon(word === 1 ? "up" : "thumbDown"),
      );
    return el(
      "div",
      { class: "thumbs", role: "group", "aria-label": this.#scene.strings.feedback },
      thumb(1, this.#scene.strings.helpful),
      thumb(-1, this.#scene.strings.not_helpful),
    );
  }
}
