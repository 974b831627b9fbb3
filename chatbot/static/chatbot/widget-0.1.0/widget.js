/**
 * `<chatbot-widget>`: the shop's assistant on a page. Written by `{% chatbot_widget %}`; see there for the attributes.
 *
 * For a shop's own script the element has `open()`, `close()` and `ask(text)`, and events that bubble and leave shadow
 * trees (`event.detail` in brackets):
 *
 * - `chatbot:open`, `chatbot:close` {}
 * - `chatbot:ask` {id, text}: the shopper asked.
 * - `chatbot:answer` {conversation, turn, ending, products, code}: an answer is over. `ending` is "complete",
 *   "catalogue", "stopped", "incomplete" or "" (failed, `code` says why); `products` are the SKUs of its cards.
 * - `chatbot:product-click` {sku, link, title, message}: a card's link is followed. Cancel it to go there yourself.
 *
 * The modules lie in a folder that bears the package's version, so that every release has new addresses, also where a
 * shop lets browsers keep static files for ever, and a page from before a deployment still finds its own. Hashed names
 * alone would not do: Django rewrites the imports inside modules only if `support_js_module_import_aggregation` is on
 * (and then gets those with a `?v=` wrong), and an import map is an inline script, which a strict policy forbids.
 */

import { Chat } from "./chat.js";
import { shown } from "./addresses.js";
import { el } from "./elements.js";
import { Keepsake } from "./keepsake.js";
import { View } from "./view.js";
// Reached through the view; named here so that the browser fetches all modules in one round.
import "./answers.js";
import "./channels.js";
import "./follow.js";
import "./log.js";
import "./menu.js";
import "./prose.js";
import "./speech.js";

/** @typedef {import("./messages.js").Card} Card */
/** @typedef {import("./messages.js").Message} Message */
/** @typedef {import("./state.js").State} State */

/** A history older than this, in ms, is read again when the shopper comes back to the tab. */
const STALE_MS = 5_000;

class ChatbotWidget extends HTMLElement {
  /** @type {Chat | null} */
  #chat = null;
  /** @type {View | null} */
  #view = null;
  /** @type {Keepsake | null} */
  #keepsake = null;
  /** @type {BroadcastChannel | null} */
  #tabs = null;
  /** @type {AbortController | null} */
  #listening = null;
  #hiddenAt = 0;
  #stale = false;

  connectedCallback() {
    if (!this.#view) this.#build();
    this.#listen();
    this.#view?.connect();
    this.#begin();
  }

  disconnectedCallback() {
    this.#leave();
    this.#view?.disconnect();
    this.#listening?.abort();
  }

  /** Open the panel. */
  open() {
    if (this.#chat?.state.open) return;
    this.#view?.moveFocus();
    this.#chat?.dispatch({ type: "opened" });
    this.#chat?.prepare().catch(() => {}); // asking finds out again, and says so
    this.#refresh();
    this.#save();
    this.#tell("open", {});
  }

  /** Close the panel. An answer that is being written goes on. */
  close() {
    if (!this.#chat?.state.open) return;
    this.#view?.moveFocus();
    this.#chat.dispatch({ type: "closed" });
    this.#save();
    this.#tell("close", {});
  }

  /**
   * Open the panel and ask.
   * @param {string} text
   * @returns {boolean} Whether it was asked; not while an answer is being written.
   */
  ask(text) {
    this.open();
    return this.#chat?.ask(text) ?? false;
  }

  #build() {
    const shadow = this.attachShadow({ mode: "open" });
    const prefix = this.getAttribute("prefix") ?? "/chat/";
    const strings = this.#strings();
    this.#keepsake = new Keepsake(() => sessionStorage, prefix);
    const { state, scroll } = this.#keepsake.restore();
    const chat = new Chat(state, {
      socket: () => new WebSocket(socketAddress(prefix)),
      fetch: (path, init) => fetch(prefix + path, { credentials: "same-origin", ...init }),
      after: (run, ms) => window.setTimeout(run, ms),
      cancel: (timer) => window.clearTimeout(timer),
      random: Math.random,
      uuid,
      page: () => ({ path: location.pathname, sku: this.getAttribute("sku") ?? "", language: this.lang }),
      changed: (now, before) => this.#changed(now, before),
      happened: (name, detail) => this.#tell(name, detail),
    });
    this.#chat = chat;
    this.#paint();
    // Unstyled parts never show: the host stays hidden until its style sheet is there.
    const sheet = el("link", { rel: "stylesheet", href: this.getAttribute("stylesheet") });
    const fallback = el("slot");
    const stage = shadow.appendChild(el("div", { hidden: true }));
    sheet.addEventListener("load", () => {
      stage.hidden = false;
      fallback.remove();
      this.#view?.restore(chat.state, scroll);
    });
    shadow.append(sheet, fallback);
    this.#view = new View(
      stage,
      strings,
      {
        open: () => this.open(),
        close: () => this.close(),
        // The sheet would cover the very page that the shopper wants to see.
        left: () => this.#view?.sheet && this.close(),
        draft: (text) => {
          chat.dispatch({ type: "drafted", text });
          this.#keepsake?.saveDraft(text);
        },
        ask: (text) => chat.ask(text),
        stop: () => chat.stop(),
        warm: () => chat.warm(),
        retry: (key) => chat.retry(key),
        renew: () => this.#cleared(() => chat.renew()),
        forget: () => chat.forget().then((done) => (done && this.#cleared(), done)),
        goOn: () => void chat.ask(strings.go_on_question),
        feedback: (id, word) => void chat.feedback(id, word),
        clicked: (event, card, message) => this.#clicked(event, card, message),
        reconnect: () => chat.reconnect(),
        dismiss: () => chat.dispatch({ type: "dismissed" }),
      },
      shown(this.getAttribute("contact-url") ?? "", document.baseURI),
      this.lang,
    );
  }

  /** Sentences from the server; a later block overrides single ones of an earlier. */
  #strings() {
    const blocks = [...this.querySelectorAll('script[type="application/json"]')];
    return Object.assign({}, ...blocks.map((block) => JSON.parse(block.textContent || "{}")));
  }

  #listen() {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    addEventListener("pagehide", () => this.#leave(), { signal });
    addEventListener("pageshow", (event) => event.persisted && this.#comeBack(), { signal });
    addEventListener("online", () => this.#chat?.reconnect(), { signal });
    document.addEventListener("visibilitychange", () => this.#visible(), { signal });
    this.#joinTabs();
  }

  #joinTabs() {
    if (this.#tabs || !("BroadcastChannel" in window)) return;
    this.#tabs = new BroadcastChannel(`chatbot:${this.getAttribute("prefix")}`);
    this.#tabs.onmessage = () => {
      this.#stale = true;
      this.#refresh();
    };
  }

  /** A page begins: ask for nothing unless the shopper was in the middle of something. */
  #begin() {
    const state = this.#chat?.state;
    if (state && (state.open || state.asking || state.turn)) this.#chat?.prepare().catch(() => this.#chat?.resume());
  }

  #leave() {
    this.#save();
    // An open socket would keep the page out of the back/forward cache, and a word from another page take it out.
    this.#chat?.close();
    this.#tabs?.close();
    this.#tabs = null;
  }

  /** Back out of the browser's cache: go on where the page left off that the shopper was on since. */
  #comeBack() {
    if (!this.#chat || !this.#keepsake) return;
    const { state, scroll } = this.#keepsake.restore();
    this.#joinTabs();
    this.#chat.dispatch({ type: "returned", state });
    this.#view?.restore(this.#chat.state, scroll);
    this.#begin();
  }

  #visible() {
    if (document.hidden) {
      this.#hiddenAt = Date.now();
      this.#save();
      return;
    }
    const away = Date.now() - this.#hiddenAt > STALE_MS;
    this.#stale ||= away;
    // A phone that slept has dropped the connection without telling.
    if (away) this.#chat?.reconnect();
    this.#refresh();
  }

  /** Read the history again if another tab may have changed it and somebody is looking. */
  #refresh() {
    const chat = this.#chat;
    if (!this.#stale || document.hidden || !chat?.state.open || chat.state.asking || chat.state.turn) return;
    this.#stale = false;
    chat.load().catch(() => {});
  }

  /** What stood here is gone; other tabs find out what stands there now. */
  #cleared(act = () => {}) {
    act();
    this.#save();
    this.#tabs?.postMessage("changed");
  }

  #save() {
    if (this.#chat && this.#view) this.#keepsake?.save(this.#chat.state, this.#view.scroll);
  }

  /**
   * @param {State} now
   * @param {State} before
   */
  #changed(now, before) {
    this.#view?.draw(now);
    if (now.asking === before.asking && now.turn === before.turn) return;
    this.#save();
    // Said when a question was taken up and when its answer ended, not when a history was read.
    if (now.turn !== before.turn && (before.asking || before.turn)) this.#tabs?.postMessage("changed");
  }

  /**
   * @param {Event} event
   * @param {Card} card
   * @param {Message} message
   */
  #clicked(event, card, message) {
    const { sku, link, title } = card;
    if (!this.#tell("product-click", { sku, link, title, message: message.id })) event.preventDefault();
  }

  /**
   * @param {string} name
   * @param {Record<string, unknown>} detail
   */
  #tell(name, detail) {
    return this.dispatchEvent(new CustomEvent(`chatbot:${name}`, { detail, bubbles: true, composed: true, cancelable: true }));
  }

  /** The shop's colour. An inline `style` attribute would need an exception from the content security policy. */
  #paint() {
    const accent = this.getAttribute("accent");
    if (accent && CSS.supports("color", accent)) this.style.setProperty("--chatbot-accent", accent);
  }
}

/** @param {string} prefix */
function socketAddress(prefix) {
  const url = new URL(`${prefix}ws/`, document.baseURI);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

/** A random UUID, also on a page without https, where `crypto.randomUUID` is not there. */
function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

if (!customElements.get("chatbot-widget")) customElements.define("chatbot-widget", ChatbotWidget);
