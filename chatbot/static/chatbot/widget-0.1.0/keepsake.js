/**
 * What survives a page change, in this tab's session storage: another tab has its own. A browser that refuses storage
 * costs the shopper the memory and nothing else.
 */

import { initial } from "./state.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {{top: number, atEnd: boolean}} Scroll */

const FORMAT = 1;
/** Older messages come back with the history from the server. */
const MOST_MESSAGES = 40;

export class Keepsake {
  #storage;
  #key;

  /**
   * @param {() => Storage} storage May throw: a browser may forbid even the look.
   * @param {string} prefix Two mounted apps on one site do not share.
   */
  constructor(storage, prefix) {
    this.#storage = storage;
    this.#key = `chatbot:${prefix}`;
  }

  /**
   * @param {State} state
   * @param {Scroll} scroll
   */
  save(state, scroll) {
    const { open, unread, conversation, fresh, messages, asking, turn, seen } = state;
    const kept = { open, unread, conversation, fresh, messages: messages.slice(-MOST_MESSAGES), asking, turn, seen };
    this.#write(this.#key, JSON.stringify({ format: FORMAT, state: kept, scroll }));
    this.saveDraft(state.draft);
  }

  /** @param {string} draft Written at every key, so it has a small place of its own. */
  saveDraft(draft) {
    this.#write(`${this.#key}:draft`, draft);
  }

  /** @returns {{state: State, scroll: Scroll}} */
  restore() {
    const draft = this.#read(`${this.#key}:draft`) ?? "";
    const nothing = { state: { ...initial, draft }, scroll: { top: 0, atEnd: true } };
    try {
      const kept = JSON.parse(this.#read(this.#key) ?? "null");
      if (kept?.format !== FORMAT) return nothing;
      return { state: { ...initial, ...kept.state, draft }, scroll: kept.scroll };
    } catch {
      return nothing; // not ours, or cut short by a full storage
    }
  }

  /**
   * @param {string} key
   * @returns {string | null}
   */
  #read(key) {
    try {
      return this.#storage().getItem(key);
    } catch {
      return null;
    }
  }

  /**
   * @param {string} key
   * @param {string} value
   */
  #write(key, value) {
    try {
      this.#storage().setItem(key, value);
    } catch {
      // Full or forbidden: see the module's first lines.
    }
  }
}
