/** What a shopper can do with the whole conversation: begin a new one, or have everything deleted. */

import { el, icon } from "./elements.js";

/**
 * @typedef {object} Acts
 * @property {() => void} renew
 * @property {() => void} forget
 */

export class Menu {
  #strings;
  #acts;
  #button;
  #list = el("div", { class: "menu-list", part: "menu", id: "menu", hidden: true });

  /**
   * @param {Record<string, any>} strings any: sentences, and the list of starters.
   * @param {Acts} acts
   */
  constructor(strings, acts) {
    this.#strings = strings;
    this.#acts = acts;
    this.#button = el(
      "button",
      {
        type: "button",
        class: "icon-button",
        part: "menu-button",
        "aria-label": strings.menu,
        title: strings.menu,
        "aria-expanded": "false",
        "aria-controls": "menu",
        onclick: () => (this.#list.hidden ? this.#show() : this.close()),
      },
      icon("more"),
    );
    this.element = el(
      "div",
      {
        class: "menu",
        onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
        onfocusout: (/** @type {FocusEvent} */ event) => {
          const next = /** @type {Node | null} */ (event.relatedTarget);
          if (next && !this.element.contains(next)) this.close();
        },
      },
      this.#button,
      this.#list,
    );
  }

  /**
   * @param {boolean} useful There is something to leave or to delete.
   * @param {boolean} busy
   */
  draw(useful, busy) {
    this.element.hidden = !useful;
    this.#button.disabled = busy;
    if (busy || !useful) this.close();
  }

  /** Also told of every click elsewhere: not every browser moves the focus then. */
  close() {
    if (this.#list.hidden) return;
    if (this.#list.matches(":focus-within")) this.#button.focus();
    this.#list.hidden = true;
    this.#button.setAttribute("aria-expanded", "false");
  }

  #show() {
    const { renew, forget } = this.#strings;
    this.#offer(
      this.#choice(renew, () => this.#acts.renew()),
      this.#choice(forget, () => this.#confirm(), false),
    );
    this.#button.setAttribute("aria-expanded", "true");
  }

  #confirm() {
    const { forget_sure, forget_yes, forget_no } = this.#strings;
    this.#offer(
      el("p", { class: "menu-words", id: "menu-words" }, forget_sure),
      this.#choice(forget_no, () => {}),
      this.#choice(forget_yes, () => this.#acts.forget()),
    );
    this.#list.lastElementChild?.classList.add("fault");
    for (const choice of this.#list.querySelectorAll("button")) choice.setAttribute("aria-describedby", "menu-words");
  }

  /** @param {...HTMLElement} content */
  #offer(...content) {
    this.#list.replaceChildren(...content);
    this.#list.hidden = false;
    this.#list.querySelector("button")?.focus();
  }

  /**
   * @param {string} words
   * @param {() => void} act
   * @param {boolean} closes
   */
  #choice(words, act, closes = true) {
    const chosen = () => {
      if (closes) this.close();
      act();
    };
    return el("button", { type: "button", class: "choice", part: "menu-choice", onclick: chosen }, words);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== "Escape" || this.#list.hidden) return;
    // The menu only; the panel stays.
    event.preventDefault();
    event.stopPropagation();
    this.close();
  }
}
