/**
 * Keeps at it until the widget has what it wants. The widget says what that is at this moment (`want()`: a question to
 * ask, a turn to follow, or nothing); the transport finds a way that works, and after every loss asks anew what is
 * wanted, so a question that was taken up is followed, and one that was not is sent again under the same id.
 */

import { frame, plain, stream } from "./channels.js";

/** @typedef {import("./messages.js").Part} Part */
/** @typedef {import("./channels.js").Ears} Ears */
/** @typedef {import("./channels.js").Heard} Heard */
/** @typedef {import("./channels.js").Outcome} Outcome */
/** @typedef {import("./channels.js").Send} Send */
/** @typedef {import("./channels.js").Want} Want */
/**
 * @typedef {object} Owner What the transport asks and tells.
 * @property {() => Want | null} want
 * @property {() => Promise<void>} prepare Have a visitor's cookie and a CSRF token; nothing is sent before.
 * @property {(heard: Heard & {fresh: boolean}) => void} hear
 * @property {(id: string | null, part: Part) => void} refuse
 * @property {(status: "idle" | "connecting" | "online" | "waiting") => void} connection
 * @property {() => Promise<void>} reload Read the history again: what was wanted is no longer running.
 * @property {() => void} giveUp
 */
/**
 * @typedef {object} World Everything outside, so that a test can stand in for it.
 * @property {() => WebSocket} socket A new socket that is being opened.
 * @property {Send} send
 * @property {(run: () => void, ms: number) => number} after
 * @property {(timer: number) => void} cancel
 * @property {() => number} random
 */

/** Failures in a row before the shopper is asked to decide; with the waits below about a minute. */
export const MOST_FAILURES = 8;
const MOST_BARREN = 2;
const OPENING_MS = 5_000;
/** A turn that says nothing for this long has lost its connection without a sign, as phones do in a tunnel. */
const SILENCE_MS = 20_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

/**
 * The wait before another try: exponential, with full jitter, so that a restarted server is not met by all at once.
 * @param {number} failures In a row, 1 or more.
 * @param {number} random 0 <= random < 1.
 */
export const backoffMs = (failures, random) =>
  Math.round(random * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1)));

export class Transport {
  #owner;
  #world;
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {Promise<void> | null} */
  #opening = null;
  #abandon = () => {};
  #noSockets = false;
  #noStreams = false;
  /** Sockets in a row that opened and were lost without a word, as behind proxies that only seem to know them. */
  #barren = 0;
  #running = false;
  /** @type {AbortController | null} */
  #attempt = null;
  #heardTurns = new Set();
  #progress = false;
  /** @type {(() => void) | null} */
  #wake = null;
  /** @type {((outcome: Outcome) => void) | null} */
  #settle = null;
  #silence = 0;
  #closed = false;

  /**
   * @param {Owner} owner
   * @param {World} world
   */
  constructor(owner, world) {
    this.#owner = owner;
    this.#world = world;
  }

  /** Begin to work on what is wanted; at once, if it is waiting for another try. */
  run() {
    this.#closed = false;
    this.#wake?.();
    if (!this.#running) void this.#work();
  }

  /** Drop the connection and make another one, because words are missing or the network changed. */
  restart() {
    this.#dropSocket();
    this.#attempt?.abort();
    this.#settle?.("lost");
    this.run();
  }

  /** Open the socket before the first question, while the shopper is still typing. */
  warm() {
    if (this.#closed || this.#noSockets || this.#running || this.#socket) return;
    this.#open().catch(() => {}); // the question itself finds out why
  }

  /**
   * Ask the server to stop a turn. Its answer comes as the turn's last part.
   * @param {string} turn
   * @param {string | null} conversation
   */
  async stop(turn, conversation) {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify({ type: "stop", turn }));
    else await this.#world.send(`api/chat/${conversation}/stop`, { method: "POST" });
  }

  /** Close everything. Nothing is told to the owner after this, until the next `run()`. */
  close() {
    this.#closed = true;
    this.#dropSocket();
    this.#attempt?.abort();
    this.#settle?.("lost");
    this.#wake?.();
  }

  async #work() {
    this.#running = true;
    let failures = 0;
    while (!this.#closed) {
      if (!this.#owner.want()) break;
      this.#progress = false;
      const outcome = await this.#try().catch(() => /** @type {Outcome} */ ("lost"));
      if (this.#closed) break;
      failures = this.#progress ? 0 : failures;
      if (outcome === "stale") await this.#owner.reload().catch(() => {});
      if (outcome === "unusable" || !this.#owner.want()) continue;
      failures += 1;
      if (failures > MOST_FAILURES) {
        this.#running = false;
        this.#owner.giveUp();
        return;
      }
      this.#owner.connection("waiting");
      await this.#pause(backoffMs(failures, this.#world.random()));
    }
    this.#running = false;
    if (!this.#closed) this.#owner.connection("idle");
    // Something may have been wanted between the last look and here.
    if (!this.#closed && this.#owner.want()) this.run();
  }

  /** @returns {Promise<Outcome>} */
  async #try() {
    this.#heardTurns.clear();
    await this.#owner.prepare();
    // Asked for only now: the history that was just read says which conversation a question belongs to.
    const want = this.#owner.want();
    if (!want) return "over";
    if (this.#noSockets) return this.#request(want);
    try {
      await this.#open();
    } catch {
      return this.#closed ? "lost" : this.#doubt(want);
    }
    if (this.#barren >= MOST_BARREN) return this.#doubt(want);
    const outcome = await this.#talk(want);
    this.#barren = this.#progress ? 0 : this.#barren + 1;
    return outcome;
  }

  /**
   * Sockets do not open, or open and die: a request tells whether it is the sockets or the network.
   * @param {Want} want
   * @returns {Promise<Outcome>}
   */
  async #doubt(want) {
    this.#barren = 0;
    const outcome = await this.#request(want);
    this.#noSockets = outcome !== "lost" || this.#progress;
    return outcome;
  }

  /**
   * @param {Want} want
   * @returns {Promise<Outcome>}
   */
  async #request(want) {
    const way = this.#noStreams ? plain : stream;
    const attempt = new AbortController();
    this.#attempt = attempt;
    if (way === stream) this.#listen();
    try {
      const outcome = await way(want, this.#ears(), this.#world.send, attempt.signal);
      if (outcome !== "unusable") return outcome;
      if (way === plain) return "lost";
      this.#noStreams = true;
      return outcome;
    } finally {
      attempt.abort(); // closes a response that was not read to its end
      this.#attempt = null;
      this.#world.cancel(this.#silence);
    }
  }

  /** @returns {Ears} */
  #ears() {
    return {
      hear: (heard) => this.#hear(heard),
      refuse: (id, part) => {
        this.#progress = true;
        this.#owner.refuse(id, part);
      },
    };
  }

  /** @param {Heard} heard */
  #hear(heard) {
    if (this.#closed) return;
    const fresh = !this.#heardTurns.has(heard.turn);
    this.#heardTurns.add(heard.turn);
    this.#progress = true;
    this.#listen();
    this.#owner.connection("online");
    this.#owner.hear({ ...heard, fresh });
  }

  #listen() {
    this.#world.cancel(this.#silence);
    this.#silence = this.#world.after(() => this.restart(), SILENCE_MS);
  }

  /**
   * @param {Want} want
   * @returns {Promise<Outcome>}
   */
  #talk(want) {
    return new Promise((resolve) => {
      this.#settle = (outcome) => {
        this.#settle = null;
        this.#world.cancel(this.#silence);
        resolve(outcome);
      };
      this.#listen();
      this.#socket?.send(JSON.stringify(frame(want)));
    });
  }

  /** @returns {Promise<void>} When a socket is open. */
  #open() {
    if (this.#socket?.readyState === 1) return Promise.resolve();
    if (this.#opening) return this.#opening;
    this.#owner.connection("connecting");
    this.#opening = new Promise((resolve, reject) => {
      const socket = this.#world.socket();
      const timer = this.#world.after(() => this.#dropSocket(), OPENING_MS);
      const opened = (/** @type {boolean} */ well) => {
        this.#world.cancel(timer);
        this.#opening = null;
        this.#abandon = () => {};
        if (well) resolve();
        else reject(new Error("the socket did not open"));
      };
      this.#socket = socket;
      this.#abandon = () => opened(false);
      socket.onopen = () => {
        this.#owner.connection("online");
        opened(true);
      };
      socket.onmessage = (message) => this.#frame(String(message.data));
      socket.onclose = () => {
        this.#socket = null;
        this.#abandon();
        this.#settle?.("lost");
      };
    });
    return this.#opening;
  }

  /** @param {string} data */
  #frame(data) {
    const { seq, turn, id, ...part } = JSON.parse(data);
    if (seq === undefined && part.type === "error") {
      const following = this.#owner.want()?.follow;
      // A turn that cannot be followed has ended or moved; its history says how.
      if (following && !id) this.#settle?.("stale");
      else this.#ears().refuse(id ?? null, part);
    } else {
      this.#hear({ turn: turn ?? part.messageMetadata?.turn, seq: seq ?? null, part: id === undefined ? part : { ...part, id } });
    }
    if (!this.#owner.want()) this.#settle?.("over");
  }

  #dropSocket() {
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    this.#abandon();
  }

  /** @param {number} ms */
  #pause(ms) {
    return /** @type {Promise<void>} */ (
      new Promise((resolve) => {
        const timer = this.#world.after(() => this.#wake?.(), ms);
        this.#wake = () => {
          this.#world.cancel(timer);
          this.#wake = null;
          resolve();
        };
      })
    );
  }
}
