/** The transcript on the page: the messages in their order, each drawn by a bubble that is found by the message's key. */

import { Bubble } from "./bubble.js";

/** @typedef {import("./bubble.js").Scene} Scene */
/** @typedef {import("./messages.js").Message} Message */

/** All messages, in order, inside an element that it owns. */
export class Log {
  #into;
  #scene;
  /** @type {Map<string, Bubble>} */
  #bubbles = new Map();
  /** @type {readonly Message[]} */
  #messages = [];
  #idle = true;

  /**
   * @param {HTMLElement} into
   * @param {Scene} scene
   */
  constructor(into, scene) {
    this.#into = into;
    this.#scene = scene;
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
    const bubble = new Bubble(message, this.#scene);
    this.#bubbles.set(message.key, bubble);
    return bubble;
  }
}
