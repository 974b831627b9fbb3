/** The field for the question, with its button: send, or stop while an answer is being written. */

import { el, fill, icon, unseen } from "./elements.js";
import { busy } from "./state.js";

/** @typedef {import("./state.js").State} State */
/**
 * @typedef {object} Acts
 * @property {(text: string) => void} draft
 * @property {(text: string) => boolean} ask
 * @property {() => void} stop
 * @property {() => void} warm The shopper is about to ask.
 */

/** The send button becomes the stop button under the finger: a double tap must not stop what it began. */
const DOUBLE_TAP_MS = 500;
/** From this share of the longest question on, the characters are counted aloud. */
const COUNTED_FROM = 0.9;

export class Composer {
  #strings;
  #acts;
  #askedAt = 0;
  #send;
  #stop;
  #count = el("p", { class: "count", id: "count", role: "status" });
  #composing = false;

  /**
   * @param {Record<string, any>} strings any: sentences, and the list of starters.
   * @param {Acts} acts
   */
  constructor(strings, acts) {
    this.#strings = strings;
    this.#acts = acts;
    this.field = el("textarea", {
      class: "field",
      part: "input",
      rows: 1,
      placeholder: strings.placeholder,
      enterkeyhint: "send",
      autocomplete: "off",
      "aria-describedby": "count",
      oninput: () => this.#typed(),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
      oncompositionstart: () => (this.#composing = true),
      oncompositionend: () => (this.#composing = false),
    });
    this.#send = el(
      "button",
      { type: "submit", class: "round", part: "send-button", "aria-label": strings.send, title: strings.send },
      icon("send"),
    );
    this.#stop = el(
      "button",
      { type: "button", class: "round", part: "stop-button", "aria-label": strings.stop, title: strings.stop, hidden: true, onclick: () => this.#halt() },
      icon("stop"),
    );
    this.element = el(
      "form",
      { class: "composer", part: "composer", onsubmit: (/** @type {Event} */ event) => this.#submit(event) },
      this.#count,
      el("label", { class: "field-frame" }, unseen(strings.input_label), this.field),
      this.#send,
      this.#stop,
    );
  }

  /** @param {State} state */
  draw(state) {
    if (!this.#composing && this.field.value !== state.draft) {
      this.field.value = state.draft;
      this.#grow();
    }
    const running = busy(state);
    const length = [...state.draft.trim()].length;
    const over = length - state.limit;
    this.#swap(running);
    this.#stop.setAttribute("aria-disabled", String(state.stopping));
    // Announced as unavailable and still in reach of the keyboard.
    this.#send.setAttribute("aria-disabled", String(length === 0 || over > 0));
    this.field.setAttribute("aria-invalid", String(over > 0));
    const count = length < state.limit * COUNTED_FROM ? "" : fill(this.#strings.characters_left, { count: -over });
    const words = over > 0 ? fill(this.#strings.characters_over, { count: over }) : count;
    if (this.#count.textContent !== words) this.#count.textContent = words;
    this.#count.classList.toggle("fault", over > 0);
  }

  /**
   * The one button takes the place of the other, and its focus.
   * @param {boolean} running
   */
  #swap(running) {
    const [comes, goes] = running ? [this.#stop, this.#send] : [this.#send, this.#stop];
    const focused = goes.matches(":focus");
    comes.hidden = false;
    if (focused) comes.focus();
    goes.hidden = true;
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    if (!this.#acts.ask(this.field.value)) return;
    this.#askedAt = performance.now();
    this.#toField();
  }

  #halt() {
    if (this.#stop.getAttribute("aria-disabled") === "true" || performance.now() - this.#askedAt < DOUBLE_TAP_MS) return;
    this.#acts.stop();
    this.#toField();
  }

  /** Ready for the next question; on a touch screen the keyboard leaves instead, which would lie over the answer. */
  #toField() {
    if (matchMedia("(pointer: coarse)").matches) this.field.blur();
    else this.field.focus();
  }

  #typed() {
    this.#grow();
    this.#acts.warm();
    this.#acts.draft(this.field.value);
  }

  /**
   * Enter sends. Enter that ends a syllable of an IME does not: browsers tell by `isComposing`, Safari by key code 229.
   * @param {KeyboardEvent} event
   */
  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.element.requestSubmit();
  }

  #grow() {
    this.field.style.blockSize = "auto";
    this.field.style.blockSize = `${this.field.scrollHeight}px`;
  }
}
