/**
 * Where the transcript stands while an answer grows: along with the words until the question is at the top, and from
 * there on still, because an answer is read from its beginning and grows faster than anybody reads. Who scrolls by hand
 * is left there; who goes to the end by hand is taken along with it.
 */

import { el, icon } from "./elements.js";

/** @typedef {import("./keepsake.js").Scroll} Scroll */

/** So near to the end, in CSS pixels, still counts as reading along. */
const NEAR_END = 48;
/** What stays free above a question that has come to the top, in CSS pixels. */
const ABOVE_QUESTION = 16;

export class Follow {
  #scroller;
  #atEnd = true;
  /** The question stays in sight. */
  #held = false;
  #height = 0;
  #sized;
  /** Leads to the end, where new words have come. */
  button;

  /**
   * @param {HTMLElement} scroller
   * @param {string} words What the button is called.
   */
  constructor(scroller, words) {
    this.#scroller = scroller;
    this.button = el(
      "button",
      { type: "button", class: "below", part: "below-button", hidden: true, "aria-label": words, title: words, onclick: () => this.#toEnd() },
      icon("down"),
    );
    scroller.addEventListener("scroll", () => this.#scrolled());
    // The keyboard comes up, the field grows: who was at the end stays there.
    this.#sized = new ResizeObserver(() => this.#atEnd && this.#follow());
  }

  connect() {
    this.#sized.observe(this.#scroller);
  }

  disconnect() {
    this.#sized.disconnect();
  }

  /** @returns {Scroll} */
  get place() {
    return { top: this.#scroller.scrollTop, atEnd: this.#atEnd };
  }

  /** A question was asked: to the end, and along from there. */
  begin() {
    this.#atEnd = this.#held = true;
  }

  /**
   * Where the shopper was on the page before.
   * @param {Scroll} place
   * @param {boolean} busy
   * @param {() => void} draw
   */
  restore({ top, atEnd }, busy, draw) {
    this.#atEnd = atEnd;
    this.#held = busy;
    draw();
    if (!atEnd) this.#scroller.scrollTop = top;
  }

  /** Before something is drawn. */
  before() {
    this.#height = this.#scroller.scrollHeight;
  }

  /** After it was. */
  after() {
    if (this.#atEnd) this.#follow();
    else if (this.#scroller.scrollHeight > this.#height && this.#height > 0) this.button.hidden = false;
  }

  #follow() {
    const { scrollHeight, clientHeight } = this.#scroller;
    const end = scrollHeight - clientHeight;
    const top = this.#questionTop();
    this.#scroller.scrollTop = this.#held && end - top >= NEAR_END ? top : end;
    this.button.hidden = this.#left() < NEAR_END;
  }

  #scrolled() {
    // Further down than `#follow` goes: by hand.
    if (this.#scroller.scrollTop > this.#questionTop() + NEAR_END) this.#held = false;
    this.#atEnd = this.#left() < NEAR_END;
    if (this.#atEnd) this.button.hidden = true;
  }

  #toEnd() {
    this.#held = false;
    this.#atEnd = true;
    this.#follow();
  }

  /** How much lies below what is seen. */
  #left() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight;
  }

  /** Where the last question is at the top; of a very long one, its end. */
  #questionTop() {
    const questions = /** @type {NodeListOf<HTMLElement>} */ (this.#scroller.querySelectorAll(".user"));
    const last = questions[questions.length - 1];
    if (!last) return Infinity;
    const { offsetTop, offsetHeight } = last;
    return Math.floor(offsetTop + Math.max(-ABOVE_QUESTION, offsetHeight - this.#scroller.clientHeight / 3));
  }
}
