/**
 * The conversation of this page: holds the state, keeps the transport busy, remembers. Knows nothing of the DOM; every
 * change is told to `changed`, and what a shop may want to know to `happened`.
 */

import { faultOf, textOf } from "./messages.js";
import { busy, reduce } from "./state.js";
import { Transport } from "./transport.js";

/** @typedef {import("./state.js").Event} Event */
/** @typedef {import("./state.js").Page} Page */
/** @typedef {import("./state.js").Session} Session */
/** @typedef {import("./state.js").State} State */
/** @typedef {import("./transport.js").World} World */
/**
 * @typedef {object} Surroundings
 * @property {World["socket"]} socket
 * @property {(path: string, init?: RequestInit) => Promise<Response>} fetch Below the app's prefix, with cookies.
 * @property {World["after"]} after
 * @property {World["cancel"]} cancel
 * @property {World["random"]} random
 * @property {() => string} uuid
 * @property {() => Page} page Where the shopper stands.
 * @property {(state: State, before: State) => void} changed
 * @property {(name: "ask" | "answer", detail: Record<string, unknown>) => void} happened
 */

export class Chat {
  #around;
  #transport;
  #token = "";
  /** @type {Promise<void> | null} */
  #session = null;

  /**
   * @param {State} state
   * @param {Surroundings} around
   */
  constructor(state, around) {
    this.state = state;
    this.#around = around;
    const { socket, after, cancel, random } = around;
    this.#transport = new Transport(
      {
        want: () => this.#want(),
        prepare: () => this.prepare(),
        hear: (heard) => this.#hear(heard),
        refuse: (id, part) => this.#refused(id, part),
        connection: (status) => this.dispatch({ type: "connection", status }),
        reload: () => this.load(),
        giveUp: () => this.dispatch({ type: "given-up" }),
      },
      { socket, after, cancel, random, send: (path, init) => this.#send(path, init) },
    );
  }

  /** @param {Event} event */
  dispatch(event) {
    const before = this.state;
    this.state = reduce(before, event);
    if (this.state !== before) this.#around.changed(this.state, before);
  }

  /** The history and a CSRF token, asked for once per page; again after a failure. */
  prepare() {
    this.#session ??= this.#load().catch((err) => {
      this.#session = null;
      throw err;
    });
    return this.#session;
  }

  /** The history as it is now. */
  load() {
    this.#session = null;
    return this.prepare();
  }

  /** Whether the history was asked for on this page. */
  get prepared() {
    return this.#session !== null;
  }

  /** Take up what a page change, a lost network or a sleeping phone left undone. */
  resume() {
    if (busy(this.state)) this.#transport.run();
  }

  /** Make a new connection if an answer is under way: the old one may be dead without knowing. */
  reconnect() {
    if (busy(this.state)) this.#transport.restart();
  }

  /** Open the connection ahead of a question. */
  warm() {
    void this.prepare().then(
      () => this.#transport.warm(),
      () => {},
    );
  }

  /**
   * Ask a question. Gives false when there is nothing to ask, it is too long, or an answer is under way.
   * @param {string} words
   */
  ask(words) {
    const text = words.trim();
    if (!text || [...text].length > this.state.limit || busy(this.state)) return false;
    const id = this.#around.uuid();
    this.dispatch({ type: "asked", id, text, page: this.#around.page() });
    this.#around.happened("ask", { id, text });
    this.#transport.run();
    return true;
  }

  /** Stop the answer; a question that has not left yet goes back into the field. */
  stop() {
    const { asking, turn, connection } = this.state;
    if (asking && connection !== "online") {
      const fault = { code: "cancelled", sentence: "", retryable: false, retryAfterS: null };
      this.dispatch({ type: "refused", id: asking.id, fault });
      this.#transport.restart();
      return;
    }
    this.dispatch({ type: "stopping", on: true });
    if (turn) this.#stop(turn);
  }

  /**
   * Try again what did not work: send the same question once more, or ask it anew.
   * @param {string} key Of the question or of its failed answer.
   */
  retry(key) {
    const message = this.state.messages.find((each) => each.key === key);
    if (!message || busy(this.state)) return;
    if (message.phase === "unsent") {
      this.dispatch({ type: "resent", key, page: this.#around.page() });
      this.#transport.run();
      return;
    }
    const question = this.state.messages.find((each) => each.role === "user" && each.turn === message.turn);
    if (!question) return;
    this.dispatch({ type: "withdrawn", key: question.key });
    this.ask(textOf(question));
  }

  /**
   * Say whether an answer helped; the same word again takes it back.
   * @param {string} id
   * @param {1 | -1} word
   */
  async feedback(id, word) {
    const before = this.state.messages.find((message) => message.id === id)?.feedback ?? 0;
    const value = before === word ? 0 : word;
    this.dispatch({ type: "feedback", message: id, value });
    const sent = await this.#send(`api/messages/${id}/feedback/`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ value }),
    }).catch(() => null);
    if (!sent?.ok) this.dispatch({ type: "feedback", message: id, value: before });
  }

  /** Begin a new conversation. The old one stays with the server. */
  renew() {
    if (!busy(this.state)) this.dispatch({ type: "renewed" });
  }

  /**
   * Have everything deleted that this shopper ever said here.
   * @returns {Promise<boolean>} Whether it was.
   */
  async forget() {
    const sent = await this.#send("api/conversations/", { method: "DELETE" }).catch(() => null);
    if (sent?.ok) {
      this.dispatch({ type: "forgotten" });
      return true;
    }
    const { code, detail } = (await sent?.json().catch(() => null)) ?? {};
    this.dispatch({ type: "refused", id: null, fault: faultOf({ type: "error", code, errorText: detail }) });
    return false;
  }

  /** Close all connections; `resume` opens them again. */
  close() {
    this.#transport.close();
    this.#session = null;
  }

  #want() {
    const { asking: ask, turn, conversation, seen } = this.state;
    // A question first: if it is the running turn's own, the server answers with that turn.
    if (ask) return { conversation, ask, follow: null };
    if (turn) return { conversation, ask: null, follow: { turn, after: seen[turn] ?? 0 } };
    return null;
  }

  async #load() {
    const { turn } = this.state;
    const response = await this.#around.fetch("api/session", { cache: "no-store" });
    if (!response.ok) throw new Error(`the session answered ${response.status}`);
    /** @type {Session & {csrf_token: string}} */
    const session = await response.json();
    this.#token = session.csrf_token;
    // A turn began or ended while this was under way: what the stream said is newer.
    if (this.state.turn === turn) this.dispatch({ type: "loaded", session });
    if (busy(this.state)) this.#transport.run();
  }

  /** @param {{turn: string, seq: number | null, part: Record<string, any>, fresh: boolean}} heard any: see Part. */
  #hear(heard) {
    const before = this.state;
    this.dispatch({ type: "part", ...heard });
    const { gap, stopping, turn } = this.state;
    if (gap && gap !== before.gap) this.#transport.restart();
    if (stopping && turn && turn !== before.turn) this.#stop(turn);
    if (before.turn === heard.turn && turn === null) this.#answered(heard.turn);
  }

  /** @param {string} turn */
  #answered(turn) {
    const answer = this.state.messages.find((message) => message.turn === turn && message.role === "assistant");
    if (!answer) return;
    const products = answer.blocks.flatMap((block) => (block.kind === "product" ? [block.id] : []));
    const { conversation } = this.state;
    this.#around.happened("answer", { conversation, turn, ending: answer.ending, products, code: answer.fault?.code ?? "" });
  }

  /**
   * @param {string | null} id
   * @param {Record<string, any>} part any: see Part.
   */
  #refused(id, part) {
    const fault = faultOf(part);
    if (fault.code === "not_found" && this.state.asking && this.state.conversation) {
      // Deleted meanwhile, or another visitor's since the cookie is gone: the question begins a new one.
      this.dispatch({ type: "renewed" });
      this.#transport.restart();
      return;
    }
    this.dispatch({ type: "refused", id, fault });
    // Another tab's answer is being written: show it here too.
    if (fault.code === "turn_running") void this.load().catch(() => {});
  }

  /** @param {string} turn */
  #stop(turn) {
    this.#transport.stop(turn, this.state.conversation).catch(() => this.dispatch({ type: "stopping", on: false }));
  }

  /**
   * @param {string} path
   * @param {RequestInit} [init]
   */
  async #send(path, init = {}) {
    await this.prepare();
    const once = () => this.#around.fetch(path, { ...init, headers: { ...init.headers, "X-CSRFToken": this.#token } });
    const response = await once();
    if (response.status !== 403 || isJson(response)) return response;
    // Django turns the token over at login, perhaps in another tab.
    await this.load();
    return once();
  }
}

/** @param {Response} response */
const isJson = (response) => (response.headers.get("Content-Type") ?? "").includes("json");
