/**
 * The widget as it is seen: launcher, panel, transcript, field. `draw(state)` brings the page to a state; between two
 * frames of the screen only the last state is drawn, so a burst of words costs one drawing.
 */

import { Composer } from "./composer.js";
import { el, fill, icon, unseen } from "./elements.js";
import { Follow } from "./follow.js";
import { Log } from "./log.js";
import { Menu } from "./menu.js";
import { Panel } from "./panel.js";
import { Speech } from "./speech.js";
import { busy } from "./state.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./keepsake.js").Scroll} Scroll */
/** @typedef {import("./composer.js").Acts & import("./bubble.js").Acts & {open: () => void, close: () => void, left: () => void, renew: () => void, forget: () => Promise<boolean>, reconnect: () => void, dismiss: () => void}} Acts */

export class View {
  #strings;
  #acts;
  #state = /** @type {State | null} */ (null);
  #frame = 0;
  /** Before its style sheet is there the panel must not open: it would hold the page and not be seen. */
  #ready = false;
  #focus = false;
  #root;
  #messages;
  #welcome;
  #scroller;
  #follow;
  #status;
  #notice;
  #speech;
  #composer;
  #menu;
  #launcher;
  #news = el("span", { class: "dot", hidden: true });
  #told = el("p", { class: "unseen", role: "status" });
  #panel;
  #log;

  /**
   * @param {HTMLElement} stage
   * @param {Record<string, any>} strings any: sentences, and the list of starters.
   * @param {Acts} acts
   * @param {string | null} contact The address of the shop's contact page.
   * @param {string} language The page's.
   */
  constructor(stage, strings, acts, contact, language) {
    this.#strings = strings;
    this.#acts = acts;
    this.#launcher = el(
      "button",
      { type: "button", class: "launcher", part: "launcher", "aria-expanded": "false", "aria-haspopup": "dialog", onclick: acts.open },
      icon("chat"),
      el("span", { class: "launcher-words" }, strings.launcher),
      this.#news,
    );
    this.#news.append(unseen(strings.unread));
    const heading = el("h2", { class: "title", id: "title", part: "title", tabindex: -1 }, strings.title);
    const close = el(
      "button",
      { type: "button", class: "icon-button", part: "close-button", "aria-label": strings.close, title: strings.close, onclick: acts.close },
      icon("close"),
    );
    this.#welcome = this.#greeting();
    this.#messages = el("div", { class: "messages" });
    this.#status = el("p", { class: "status", part: "status", role: "status" });
    this.#scroller = el(
      "div",
      { class: "log", part: "log", role: "region", tabindex: 0, "aria-label": strings.conversation, onclick: (/** @type {MouseEvent} */ event) => this.#clicked(event) },
      this.#welcome,
      this.#messages,
      this.#status,
    );
    this.#follow = new Follow(this.#scroller, strings.below);
    this.#notice = this.#alert();
    this.#speech = new Speech(strings, language);
    this.#composer = new Composer(strings, acts);
    this.#menu = new Menu(strings, { renew: () => this.#renew(), forget: () => void this.#forget() });
    const dialog = el(
      "dialog",
      { class: "panel", part: "panel", "aria-labelledby": "title", onclick: (/** @type {Event} */ event) => this.#outside(event) },
      el("header", { class: "header", part: "header" }, heading, this.#menu.element, close),
      el("div", { class: "middle" }, this.#scroller, this.#follow.button),
      this.#speech.element,
      this.#notice.element,
      this.#composer.element,
      el("p", { class: "small", part: "disclaimer" }, strings.disclaimer),
    );
    this.#root = el("div", { class: "root" }, this.#launcher, this.#told, dialog);
    stage.append(this.#root);
    this.#panel = new Panel({ dialog, launcher: this.#launcher, first: this.#composer.field, heading, escaped: acts.close });
    this.#log = new Log(this.#messages, { strings, acts, base: document.baseURI, contact, language });
  }

  connect() {
    this.#panel.connect();
    this.#follow.connect();
  }

  disconnect() {
    this.#panel.disconnect();
    this.#follow.disconnect();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  /** Whether the panel covers the page. */
  get sheet() {
    return this.#panel.sheet;
  }

  /** @returns {Scroll} */
  get scroll() {
    return this.#follow.place;
  }

  /** Let the focus follow the next opening or closing. */
  moveFocus() {
    this.#focus = true;
  }

  /** @param {State} state */
  draw(state) {
    const asked = state.asking !== null && state.asking !== this.#state?.asking;
    this.#state = state;
    if (asked) this.#follow.begin();
    if (this.#ready) this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  /**
   * The first drawing, at once and where the shopper was on the page before.
   * @param {State} state
   * @param {Scroll} scroll
   */
  restore(state, scroll) {
    this.#state = state;
    this.#ready = true;
    this.#speech.know(state);
    this.#follow.restore(scroll, busy(state), () => this.#draw());
  }

  #draw() {
    this.#frame = 0;
    const state = this.#state;
    if (!state) return;
    this.#follow.before();
    this.#news.hidden = !state.unread;
    this.#say(this.#told, state.unread ? `${this.#strings.title} ${this.#strings.unread}` : "");
    this.#panel.show(state.open, this.#focus);
    this.#welcome.hidden = state.messages.length > 0;
    this.#log.draw(state.messages, !busy(state));
    this.#composer.draw(state);
    this.#menu.draw(state.fresh || state.messages.length > 0, busy(state));
    this.#say(this.#status, this.#waitingFor(state));
    this.#status.classList.toggle("busy", busy(state) && state.connection !== "offline");
    this.#speech.draw(state);
    this.#notice.draw(state);
    this.#focus = false;
    this.#follow.after();
  }

  /** @param {State} state */
  #waitingFor(state) {
    const strings = this.#strings;
    if (!busy(state) || state.connection === "offline") return "";
    if (state.connection === "waiting") return strings.reconnecting;
    if (state.stopping) return strings.stopping;
    if (state.waiting) {
      const { state: reason, seconds } = state.waiting;
      const timed = seconds !== null && seconds >= 1 ? strings[`wait_${reason}_seconds`] : undefined;
      return timed ? fill(timed, { seconds: Math.ceil(seconds ?? 0) }) : (strings[`wait_${reason}`] ?? strings.thinking);
    }
    const answer = state.messages[state.messages.length - 1];
    return answer?.role === "assistant" && answer.blocks.length ? "" : strings.thinking;
  }

  /**
   * A live region speaks when it is written to, so it is written to only with something new.
   * @param {HTMLElement} element
   * @param {string} words
   */
  #say(element, words) {
    if (element.textContent !== words) element.textContent = words;
  }

  #greeting() {
    const starters = /** @type {string[]} */ (this.#strings.starters ?? []);
    return el(
      "div",
      { class: "welcome", part: "welcome" },
      el("p", { class: "greeting", part: "greeting" }, this.#strings.greeting),
      el("p", { class: "hint" }, this.#strings.hint),
      el(
        "ul",
        { class: "starters", role: "list", "aria-label": this.#strings.starters_label },
        ...starters.map((words) => el("li", {}, el("button", { type: "button", class: "starter", part: "starter", onclick: () => this.#start(words) }, words))),
      ),
    );
  }

  /** @param {string} words */
  #start(words) {
    // The button leaves with the welcome, and must not take the focus along.
    if (this.#acts.ask(words)) this.#settle();
  }

  /** The focus goes where the shopper goes on; to the field not by touch, where the keyboard would come with it. */
  #settle() {
    (matchMedia("(pointer: coarse)").matches ? this.#scroller : this.#composer.field).focus();
  }

  #renew() {
    this.#acts.renew();
    this.#settle();
  }

  async #forget() {
    if (!(await this.#acts.forget())) return;
    this.#settle();
    this.#speech.say(this.#strings.forgotten);
  }

  /** @param {Event} event */
  #outside(event) {
    // Not by the target: a choice that leads to another is gone by now.
    if (!event.composedPath().includes(this.#menu.element)) this.#menu.close();
  }

  #alert() {
    const words = el("p", { class: "notice-words" });
    const again = el("button", { type: "button", class: "act", part: "button", onclick: this.#acts.reconnect }, this.#strings.retry);
    const close = el(
      "button",
      { type: "button", class: "icon-button", "aria-label": this.#strings.dismiss, title: this.#strings.dismiss, onclick: this.#acts.dismiss },
      icon("close"),
    );
    const row = el("div", { class: "notice-row", hidden: true }, words, again, close);
    const element = el("div", { class: "notice", part: "notice", role: "alert" }, row);
    const draw = (/** @type {State} */ state) => {
      const offline = state.connection === "offline";
      const fault = state.notice;
      const sentence = fault ? (this.#strings[`refused_${fault.code}`] ?? (fault.sentence || this.#strings.failed)) : "";
      this.#say(words, offline ? this.#strings.offline : sentence);
      row.hidden = !offline && !fault;
      again.hidden = !offline;
      close.hidden = offline;
    };
    return { element, draw };
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey;
    if (!elsewhere && /** @type {Element} */ (event.target).closest("a")) this.#acts.left();
  }
}
