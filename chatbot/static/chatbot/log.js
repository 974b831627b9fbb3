/** The transcript on the page: the messages in their order, each drawn by a bubble that is found by the message's key. */

import { Bubble } from "./bubble.js?v=0.1.0";

/** @typedef {import("./bubble.js").Acts} Acts */
/** @typedef {import("./bubble.js").Strings} Strings */
/** @typedef {import("./messages.js").Message} Message */

/** All messages, in order, inside an element that it owns. */
export class Log {
  #into;
  #strings;
  #acts;
  #base;
  /** @type {Map<string, Bubble>} */
  #bubbles = new Map();
  /** @type {readonly Message[]} */
  #messages = [];
  #idle = true;

  /**
   * @param {HTMLElement} into
   * @param {Strings} strings
   * @param {Acts} acts
   * @param {string} base The page's own address.
   */
  constructor(into, strings, acts, base) {
    this.#into = into;
    this.#strings = strings;
    this.#acts = acts;
    this.#base = base;
  }

  /**
   * @param {readonly Message[]} messages
   * @param {boolean} idle Nothing is under way.
   */
  draw(messages, idle) {
    if (messages === this.#messages && idle === this.#idle) return;
    this.#messages = messages;
    this.#idle = idle;
    const keys = new Set(messages.map((message) => message.key));
    for (const [key, bubble] of this.#bubbles) {
      if (keys.has(key)) continue;
      bubble.element.remove();
      this.#bubbles.delete(key);
    }
    for (const [index, message] of messages.entries()) {
      const bubble = this.#bubbles.get(message.key) ?? this.#new(message);
      bubble.draw(message, idle && index === messages.length - 1);
      if (this.#into.children[index] !== bubble.element) this.#into.insertBefore(bubble.element, this.#into.children[index] ?? null);
    }
  }

  /** @param {Message} message */
  #new(message) {
    const bubble = new Bubble(message, this.#strings, this.#acts, this.#base);
    this.#bubbles.set(message.key, bubble);
    return bubble;
  }
}
