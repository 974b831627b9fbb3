/** An answer as its parts arrive: each gives the messages with that part in the answer of its turn. */

/** @typedef {import("./messages.js").Block} Block */
/** @typedef {import("./messages.js").Card} Card */
/** @typedef {import("./messages.js").Message} Message */
/** @typedef {import("./messages.js").Part} Part */
/** @typedef {import("./messages.js").ProductBlock} ProductBlock */
/** @typedef {import("./messages.js").TextBlock} TextBlock */

/**
 * The same messages if the part says nothing that stands in an answer: a later server may say more than this page
 * understands.
 * @param {readonly Message[]} messages
 * @param {string} turn
 * @param {Part} part
 * @returns {readonly Message[]}
 */
export function withPart(messages, turn, part) {
  switch (part.type) {
    case "text-start":
      return onBlock(messages, turn, part.id, (block) => block);
    case "text-delta":
      return onBlock(messages, turn, part.id, (block) => ({ ...block, text: block.text + part.delta }));
    case "text-end":
      return onBlock(messages, turn, part.id, (block) => ({ ...block, open: false }));
    case "data-correction":
      return onBlock(messages, turn, part.data.block, (block) => ({ ...block, text: part.data.text }));
    case "data-product":
      return onAnswer(messages, turn, (message) => ({ ...message, blocks: withCard(message.blocks, part.data) }));
    default:
      return messages;
  }
}

/**
 * Nothing more comes for the answer of this turn.
 * @param {readonly Message[]} messages
 * @param {string} turn
 * @param {Partial<Message>} how
 * @returns {readonly Message[]}
 */
export function withEnd(messages, turn, how) {
  const closed = (/** @type {Block} */ block) => (block.kind === "text" && block.open ? { ...block, open: false } : block);
  return onAnswer(messages, turn, (message) => ({ ...message, ...how, blocks: message.blocks.map(closed) }));
}

/**
 * @param {readonly Message[]} messages
 * @param {string} turn
 * @param {(message: Message) => Message} change
 * @returns {readonly Message[]}
 */
function onAnswer(messages, turn, change) {
  const index = messages.findIndex((message) => message.turn === turn && message.role === "assistant");
  if (index < 0) return messages;
  const changed = messages.slice();
  changed[index] = change(messages[index]);
  return changed;
}

/**
 * @param {readonly Message[]} messages
 * @param {string} turn
 * @param {string} id
 * @param {(block: TextBlock) => TextBlock} change
 * @returns {readonly Message[]}
 */
function onBlock(messages, turn, id, change) {
  return onAnswer(messages, turn, (message) => {
    const blocks = message.blocks.slice();
    const index = blocks.findIndex((block) => block.kind === "text" && block.id === id);
    if (index < 0) blocks.push(change({ kind: "text", id, text: "", open: true }));
    else blocks[index] = change(/** @type {TextBlock} */ (blocks[index]));
    return { ...message, blocks };
  });
}

/**
 * A card for a product that is shown already takes the place of the old one: data parts with one id are one thing.
 * @param {readonly Block[]} blocks
 * @param {Card} card
 * @returns {Block[]}
 */
function withCard(blocks, card) {
  /** @type {ProductBlock} */
  const fresh = { kind: "product", id: card.sku, card };
  const known = blocks.some((block) => block.kind === "product" && block.id === card.sku);
  if (!known) return [...blocks, fresh];
  return blocks.map((block) => (block.kind === "product" && block.id === card.sku ? fresh : block));
}
