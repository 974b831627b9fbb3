/**
 * The three ways to reach the shop's server: a WebSocket, a stream of server-sent events, a plain request. Each takes a
 * `Want` (a question to ask or a turn to follow), hands every part to `hear`, and says how it ended.
 */

import { EventParser } from "./sse.js";

/** @typedef {import("./messages.js").Part} Part */
/** @typedef {{path: string, sku: string, language: string}} Page */
/**
 * @typedef {object} Want
 * @property {string | null} conversation
 * @property {{id: string, text: string, page: Page} | null} ask
 * @property {{turn: string, after: number} | null} follow
 */
/**
 * "over": the server said all it has to say. "lost": the connection ended before that. "unusable": this way does not
 * work here. "stale": the server knows no such turn any more; its history says what became of it.
 * @typedef {"over" | "lost" | "unusable" | "stale"} Outcome
 */
/** @typedef {{turn: string, seq: number | null, part: Part}} Heard */
/**
 * @typedef {object} Ears
 * @property {(heard: Heard) => void} hear A part of a turn.
 * @property {(id: string | null, part: Part) => void} refuse The server refuses the question with this client id.
 */
/** @typedef {(path: string, init?: RequestInit) => Promise<Response>} Send A request that carries the CSRF token. */

/**
 * @param {Want} want
 * @returns {Part} The frame that asks for it.
 */
export function frame({ conversation, ask, follow }) {
  if (follow) return { type: "resume", turn: follow.turn, after: follow.after };
  return { type: "ask", id: ask?.id, conversation, text: ask?.text, page: ask?.page };
}

/**
 * Asks by a POST that answers as a stream, or follows a turn by a GET.
 * @param {Want} want
 * @param {Ears} ears
 * @param {Send} send
 * @param {AbortSignal} signal
 * @returns {Promise<Outcome>}
 */
export async function stream({ conversation, ask, follow }, ears, send, signal) {
  const response = follow
    ? await send(`api/chat/${conversation}/stream`, { headers: { "Last-Event-ID": String(follow.after) }, signal })
    : await send("api/chat", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({
          id: conversation,
          message: { id: ask?.id, role: "user", parts: [{ type: "text", text: ask?.text }] },
          page: ask?.page,
        }),
        signal,
      });
  if (follow && (response.status === 204 || response.status === 404)) return "stale";
  if (!response.ok) return refusal(response, ask?.id ?? null, ears);
  if (!isStream(response) || !response.body) return "unusable";

  const reader = response.body.getReader();
  const letters = new TextDecoder();
  const parser = new EventParser();
  let turn = follow?.turn ?? "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return "lost";
    for (const event of parser.push(letters.decode(value, { stream: true }))) {
      if (event.data === "[DONE]") return "over";
      const part = JSON.parse(event.data);
      if (part.type === "start") turn = part.messageMetadata?.turn ?? turn;
      if (part.type === "error" && !turn) ears.refuse(ask?.id ?? null, part);
      else ears.hear({ turn, seq: /^\d+$/.test(event.id) ? Number(event.id) : null, part });
    }
  }
}

/**
 * Asks by a request that answers when the whole answer is there.
 * @param {Want} want
 * @param {Ears} ears
 * @param {Send} send
 * @param {AbortSignal} signal
 * @returns {Promise<Outcome>}
 */
export async function plain({ conversation, ask, follow }, ears, send, signal) {
  if (follow || !ask) return "stale";
  const response = await send("api/answers/", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ text: ask.text, conversation, client_message_id: ask.id, page: ask.page }),
    signal,
  });
  if (!response.ok) return refusal(response, ask.id, ears);
  const reply = await response.json();
  for (const part of unfolded(reply)) ears.hear({ turn: reply.turn, seq: null, part });
  return "over";
}

/**
 * The parts of a turn that would fold into `reply` (see `fold` in `chatbot/wire.py`).
 * @param {Part} reply
 * @returns {Part[]}
 */
export function unfolded(reply) {
  const metadata = { turn: reply.turn, conversation: reply.conversation };
  const parts = [{ type: "start", messageId: reply.message, messageMetadata: metadata }];
  for (const [index, part] of /** @type {Part[]} */ (reply.parts ?? []).entries()) {
    if (part.type === "text") parts.push(/** @type {any} */ ({ type: "text-delta", id: `t${index + 1}`, delta: part.text }));
    else parts.push(/** @type {any} */ (part));
  }
  parts.push(/** @type {any} */ (lastPart(reply)));
  return parts;
}

/**
 * @param {Part} reply
 * @returns {Part}
 */
function lastPart(reply) {
  if (reply.error) return { type: "error", errorText: reply.error.sentence ?? reply.error.detail ?? "", ...reply.error };
  if (reply.ending === "stopped") return { type: "abort", reason: "stopped" };
  return { type: "finish", messageMetadata: { ending: reply.ending } };
}

/**
 * What an HTTP error means: a refusal that the server explains, a way that is not there, or a fault that may pass.
 * @param {Response} response
 * @param {string | null} id
 * @param {Ears} ears
 * @returns {Promise<Outcome>}
 */
async function refusal(response, id, ears) {
  if (response.status === 501) return "unusable";
  const body = await response.json().catch(() => null);
  if (body && typeof body.code === "string") {
    ears.refuse(id, {
      type: "error",
      errorText: String(body.detail ?? ""),
      code: body.code,
      retryable: body.retryable ?? [409, 429, 502, 503, 504].includes(response.status),
      retry_after_s: body.retry_after ?? body.retry_after_s ?? null,
    });
    return "over";
  }
  return response.status >= 500 ? "lost" : "unusable";
}

/** @param {Response} response */
const isStream = (response) => (response.headers.get("Content-Type") ?? "").startsWith("text/event-stream");
