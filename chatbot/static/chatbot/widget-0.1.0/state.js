/**
 * What the widget knows, and how it changes: one pure function, `reduce(state, event) -> state`. No DOM, no network, no
 * clock. A value that did not change keeps its identity, so the drawing code compares by `===` and touches nothing else.
 *
 * The parts that arrive are those of the AI SDK UI message stream, version 1 (see `chatbot/wire.py`), each with the turn
 * it belongs to and a sequence number. A number that was seen is dropped; a number that skips one asks for a resume.
 */

import { withEnd, withPart } from "./answers.js";
import { faultOf, restored, textOf } from "./messages.js";

/** @typedef {import("./messages.js").Fault} Fault */
/** @typedef {import("./messages.js").Message} Message */
/** @typedef {import("./messages.js").Part} Part */
/** @typedef {import("./messages.js").StoredMessage} StoredMessage */

/** @typedef {{path: string, sku: string, language: string}} Page Where the shopper stood when asking. */
/** @typedef {{id: string, text: string, page: Page}} Asking A question that the server has not taken up yet. */
/** @typedef {"idle" | "connecting" | "online" | "waiting" | "offline"} Connection */
/**
 * @typedef {object} State
 * @property {boolean} open
 * @property {boolean} unread An answer ended while the panel was closed.
 * @property {string} draft
 * @property {string | null} conversation
 * @property {boolean} fresh The shopper began a new conversation, of which the server knows nothing yet.
 * @property {readonly Message[]} messages
 * @property {Asking | null} asking
 * @property {string | null} turn The turn that is being answered.
 * @property {Readonly<Record<string, number>>} seen The last good sequence number of a turn.
 * @property {{turn: string, after: number} | null} gap Words are missing: resume this turn after this number.
 * @property {boolean} stopping
 * @property {{state: string, seconds: number | null} | null} waiting
 * @property {Connection} connection
 * @property {Fault | null} notice What went wrong outside any message.
 * @property {number} limit The most characters that a question may have.
 */

/**
 * @typedef {object} Session
 * @property {{id: string, running_turn: string | null, messages: StoredMessage[]} | null} conversation
 * @property {{question_characters: number}} [limits]
 */
/**
 * @typedef {{type: "returned", state: State}
 *   | {type: "opened"}
 *   | {type: "closed"}
 *   | {type: "drafted", text: string}
 *   | {type: "loaded", session: Session}
 *   | {type: "asked", id: string, text: string, page: Page}
 *   | {type: "resent", key: string, page: Page}
 *   | {type: "withdrawn", key: string}
 *   | {type: "part", turn: string, seq: number | null, part: Part, fresh: boolean}
 *   | {type: "refused", id: string | null, fault: Fault}
 *   | {type: "connection", status: Connection}
 *   | {type: "given-up"}
 *   | {type: "stopping", on: boolean}
 *   | {type: "feedback", message: string, value: number}
 *   | {type: "renewed"}
 *   | {type: "forgotten"}
 *   | {type: "dismissed"}} Event
 */

/** Refusals after which the words go back to the shopper: to change them, or to ask when the bot is free again. */
const HANDED_BACK = new Set(["question_too_long", "empty_question", "turn_running", "cancelled"]);

/** @type {State} */
export const initial = Object.freeze({
  open: false,
  unread: false,
  draft: "",
  conversation: null,
  fresh: false,
  messages: Object.freeze([]),
  asking: null,
  turn: null,
  seen: Object.freeze({}),
  gap: null,
  stopping: false,
  waiting: null,
  connection: /** @type {Connection} */ ("idle"),
  notice: null,
  limit: 2000,
});

/**
 * Whether a question is on its way or an answer is being written, so that no other question may be sent.
 * @param {State} state
 */
export const busy = (state) => state.asking !== null || state.turn !== null;

/**
 * The state after `event`.
 * @param {State} state
 * @param {Event} event
 * @returns {State}
 */
export function reduce(state, event) {
  switch (event.type) {
    case "returned":
      return { ...event.state, limit: state.limit };
    case "opened":
      return { ...state, open: true, unread: false };
    case "closed":
      return { ...state, open: false };
    case "drafted":
      return state.draft === event.text ? state : { ...state, draft: event.text };
    case "loaded":
      return loaded(state, event.session);
    case "asked":
      return asked(state, event);
    case "resent":
      return resent(state, event);
    case "withdrawn":
      return withdrawn(state, event.key);
    case "part":
      return received(state, event);
    case "refused":
      return refused(state, event.id, event.fault);
    case "connection":
      return state.connection === event.status ? state : { ...state, connection: event.status };
    case "given-up":
      return givenUp(state);
    case "stopping":
      return { ...state, stopping: event.on && busy(state) };
    case "feedback":
      return patch(state, (message) => message.id === event.message, { feedback: event.value });
    case "renewed":
      return renewed(state);
    case "forgotten":
      return { ...initial, open: state.open, draft: state.draft, limit: state.limit };
    case "dismissed":
      return state.notice ? { ...state, notice: null } : state;
  }
}

/**
 * @param {State} state
 * @param {{id: string, text: string, page: Page}} question
 * @returns {State}
 */
function asked(state, { id, text, page }) {
  /** @type {Message} */
  const message = {
    key: id,
    id,
    role: "user",
    turn: null,
    blocks: [{ kind: "text", id: "t1", text, open: false }],
    phase: "sending",
    ending: "",
    feedback: 0,
    fault: null,
  };
  return {
    ...state,
    draft: "",
    messages: [...state.messages, message],
    asking: { id, text, page },
    stopping: false,
    waiting: null,
    notice: null,
  };
}

/**
 * A question that could not be delivered goes out again under its old id, so that it is answered once.
 * @param {State} state
 * @param {{key: string, page: Page}} question
 * @returns {State}
 */
function resent(state, { key, page }) {
  const message = state.messages.find((each) => each.key === key);
  if (!message || message.phase !== "unsent" || busy(state)) return state;
  const next = patch(state, (each) => each === message, { phase: "sending", fault: null });
  return { ...next, asking: { id: message.id, text: textOf(message), page }, notice: null };
}

/**
 * A question that will be asked anew leaves the page together with its failed answer.
 * @param {State} state
 * @param {string} key
 * @returns {State}
 */
function withdrawn(state, key) {
  const message = state.messages.find((each) => each.key === key);
  if (!message) return state;
  const goes = (/** @type {Message} */ each) => each === message || (each.turn !== null && each.turn === message.turn);
  return { ...state, messages: state.messages.filter((each) => !goes(each)) };
}

/**
 * A new conversation; a question that has not been taken up goes along.
 * @param {State} state
 * @returns {State}
 */
function renewed(state) {
  const messages = state.messages.filter((message) => message.phase === "sending" || message.phase === "unsent");
  return { ...state, conversation: null, fresh: true, messages, turn: null, seen: {}, gap: null, waiting: null, notice: null };
}

/**
 * @param {State} state
 * @param {string | null} id
 * @param {Fault} fault
 * @returns {State}
 */
function refused(state, id, fault) {
  const asking = state.asking;
  if (!asking || (id !== null && id !== asking.id)) return { ...state, notice: fault };
  const settled = { ...state, asking: null, stopping: false, waiting: null };
  if (HANDED_BACK.has(fault.code)) {
    const messages = state.messages.filter((message) => message.id !== asking.id);
    const draft = state.draft ? `${asking.text}\n${state.draft}` : asking.text;
    return { ...settled, messages, draft, notice: fault.code === "cancelled" ? null : fault };
  }
  return patch(settled, (message) => message.id === asking.id, { phase: "unsent", fault });
}

/**
 * No connection could be made for long: the question waits for the shopper's word, a begun answer for the next visit.
 * @param {State} state
 * @returns {State}
 */
function givenUp(state) {
  const id = state.asking?.id;
  /** @type {Connection} */
  const connection = id === undefined ? "offline" : "idle"; // an unsent question says itself what to do
  const next = { ...state, asking: null, connection, waiting: null, stopping: false };
  return id === undefined ? next : patch(next, (message) => message.id === id, { phase: "unsent" });
}

/**
 * @param {State} state
 * @param {{turn: string, seq: number | null, part: Part, fresh: boolean}} event `fresh`: the first part of this turn
 *   after an ask or a resume, which may begin wherever the server can begin.
 * @returns {State}
 */
function received(state, { turn, seq, part, fresh }) {
  const last = state.seen[turn];
  if (seq !== null && last !== undefined && part.type !== "start") {
    if (seq <= last) return state;
    if (seq > last + 1 && !fresh) {
      return state.gap?.turn === turn ? state : { ...state, gap: { turn, after: last } };
    }
  }
  const counted = {
    ...state,
    seen: seq === null ? state.seen : { ...state.seen, [turn]: seq },
    gap: state.gap?.turn === turn ? null : state.gap,
  };
  return applied(counted, turn, part);
}

/**
 * @param {State} state
 * @param {string} turn
 * @param {Part} part
 * @returns {State}
 */
function applied(state, turn, part) {
  switch (part.type) {
    case "start":
      return started(state, turn, part);
    case "data-status":
      return { ...state, waiting: { state: part.data.state, seconds: part.data.seconds ?? null } };
    case "finish":
      return ended(state, turn, { phase: "done", ending: part.messageMetadata?.ending ?? "complete" });
    case "abort":
      return ended(state, turn, { phase: "done", ending: "stopped" });
    case "error":
      return ended(state, turn, { phase: "failed", ending: "", fault: faultOf(part) });
    default: {
      const messages = withPart(state.messages, turn, part);
      return messages === state.messages ? state : { ...state, messages, waiting: null };
    }
  }
}

/**
 * @param {State} state
 * @param {string} turn
 * @param {Part} part
 * @returns {State}
 */
function started(state, turn, part) {
  const asking = state.asking;
  const settled = asking
    ? patch(state, (message) => message.id === asking.id, { turn, phase: "sent", fault: null })
    : state;
  const shown = settled.messages.find((message) => message.turn === turn && message.role === "assistant");
  /** @type {Message} */
  const answer = {
    key: shown?.key ?? part.messageId,
    id: part.messageId,
    role: "assistant",
    turn,
    blocks: [],
    phase: "answering",
    ending: "",
    feedback: 0,
    fault: null,
  };
  // A question that was resent after a page change may already stand in the history that the server gave.
  const questions = settled.messages.filter((message) => message.turn === turn && message.role === "user");
  const twice = questions.length > 1 ? questions.find((message) => message.id === asking?.id) : undefined;
  const messages = settled.messages.filter((message) => message !== twice);
  return {
    ...settled,
    conversation: part.messageMetadata?.conversation ?? settled.conversation,
    fresh: false,
    messages: shown ? messages.map((message) => (message === shown ? answer : message)) : [...messages, answer],
    asking: null,
    turn,
    waiting: null,
    notice: null,
  };
}

/**
 * @param {State} state
 * @param {string} turn
 * @param {Partial<Message>} how
 * @returns {State}
 */
function ended(state, turn, how) {
  const answered = { ...state, messages: withEnd(state.messages, turn, how) };
  if (state.turn !== turn) return answered;
  return { ...answered, turn: null, waiting: null, stopping: false, unread: !state.open };
}

/**
 * @param {State} state
 * @param {(message: Message) => boolean} which
 * @param {Partial<Message>} change
 * @returns {State}
 */
function patch(state, which, change) {
  if (!state.messages.some(which)) return state;
  return { ...state, messages: state.messages.map((message) => (which(message) ? { ...message, ...change } : message)) };
}

/**
 * The server's history takes the place of ours; what only this page knows (a question under way, an answer that is being
 * written) stays at the end.
 * @param {State} state
 * @param {Session} session
 * @returns {State}
 */
function loaded(state, session) {
  const theirs = state.fresh ? null : session.conversation;
  const limit = session.limits?.question_characters ?? state.limit;
  const stored = (theirs?.messages ?? []).map((message) => restored(message, state.messages));
  const running = theirs?.running_turn ?? null;
  const kept = state.messages.filter((message) => {
    if (message.phase === "sending" || message.phase === "unsent") return true;
    const known = stored.some((each) => each.role === message.role && each.turn === message.turn);
    return message.turn !== null && message.turn === running && !known;
  });
  return {
    ...state,
    conversation: theirs?.id ?? null,
    messages: [...stored, ...kept],
    turn: running,
    seen: running !== null && state.seen[running] !== undefined ? { [running]: state.seen[running] } : {},
    gap: null,
    stopping: running !== null && running === state.turn && state.stopping,
    waiting: running === null ? null : state.waiting,
    limit,
  };
}

