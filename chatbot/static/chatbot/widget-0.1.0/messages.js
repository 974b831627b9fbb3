/**
 * Messages of a conversation and what they are made of. Pure values: a changed message is a new object.
 */

/**
 * @typedef {object} Card A product as the shop's database had it at that moment.
 * @property {string} sku
 * @property {string} title
 * @property {string} price_text
 * @property {string} sale_price_text
 * @property {string} availability
 * @property {string} availability_text
 * @property {string} link
 * @property {string} image_link
 * @property {string} [brand]
 */
/** @typedef {{kind: "text", id: string, text: string, open: boolean}} TextBlock */
/** @typedef {{kind: "product", id: string, card: Card}} ProductBlock */
/** @typedef {TextBlock | ProductBlock} Block */
/** @typedef {{code: string, sentence: string, retryable: boolean, retryAfterS: number | null}} Fault */
/**
 * @typedef {object} Message
 * @property {string} key Stays the same while the message is on the page, whatever id the server gives it later.
 * @property {string} id
 * @property {"user" | "assistant"} role
 * @property {string | null} turn
 * @property {readonly Block[]} blocks In reading order.
 * @property {"sending" | "unsent" | "sent" | "answering" | "done" | "failed"} phase
 * @property {string} ending "complete", "catalogue", "stopped", "incomplete", or "" while nobody knows.
 * @property {number} feedback 1, -1, or 0 for none.
 * @property {Fault | null} fault
 */
/** @typedef {Record<string, any>} Part A JSON object of the stream. any: what the server sends is checked field by field. */
/**
 * @typedef {object} StoredMessage
 * @property {string} id
 * @property {"user" | "assistant"} role
 * @property {string | null} turn
 * @property {Part[]} parts
 * @property {string} ending
 * @property {number | null} feedback
 */

/**
 * The text of a message without its cards.
 * @param {Message} message
 */
export const textOf = (message) => message.blocks.map((block) => (block.kind === "text" ? block.text : "")).join("");

/**
 * The language of a text whose letters say that it is not the page's; null where it may be. With it a screen reader
 * takes the right voice: shoppers write as they like, are answered alike, and goods are named in two languages.
 * @param {string} text
 * @param {string} page The page's language.
 * @returns {"ko" | "en" | null}
 */
export function foreign(text, page) {
  const hangul = text.match(/[\uac00-\ud7a3]/g)?.length ?? 0;
  const latin = text.match(/[a-z]/gi)?.length ?? 0;
  if (page.startsWith("ko")) return latin > 0 && hangul === 0 ? "en" : null;
  return 2 * hangul > latin ? "ko" : null; // a syllable is as much as two letters or three
}

/**
 * What an `error` part says.
 * @param {Part} part
 * @returns {Fault}
 */
export function faultOf(part) {
  return {
    code: String(part.code ?? "error"),
    sentence: String(part.errorText ?? ""),
    retryable: part.retryable === true,
    retryAfterS: typeof part.retry_after_s === "number" ? part.retry_after_s : null,
  };
}

/**
 * A message as the server keeps it, under the key of the message that stands for it on the page.
 * @param {StoredMessage} stored
 * @param {readonly Message[]} shown
 * @returns {Message}
 */
export function restored(stored, shown) {
  const old = shown.find(
    (message) => message.id === stored.id || (message.turn === stored.turn && message.role === stored.role && stored.turn),
  );
  /** @type {Message} */
  const message = {
    key: old?.key ?? stored.id,
    id: stored.id,
    role: stored.role,
    turn: stored.turn ?? null,
    blocks: stored.parts.flatMap((part, index) => blockOf(part, index)),
    phase: stored.role === "user" ? "sent" : "done",
    ending: stored.ending ?? "",
    feedback: stored.feedback ?? 0,
    fault: null,
  };
  return old && JSON.stringify(old) === JSON.stringify(message) ? old : message;
}

/**
 * @param {Part} part
 * @param {number} index
 * @returns {Block[]}
 */
function blockOf(part, index) {
  if (part.type === "text") return [{ kind: "text", id: `t${index + 1}`, text: String(part.text ?? ""), open: false }];
  if (part.type === "data-product") return [{ kind: "product", id: part.id, card: part.data }];
  return [];
}
