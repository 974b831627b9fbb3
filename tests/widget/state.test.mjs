import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./modules.mjs";

const { busy, initial, reduce } = await load("state.js");
const { foreign, textOf } = await load("messages.js");

const page = { path: "/", sku: "", language: "en" };
const start = { type: "start", messageId: "m1", messageMetadata: { turn: "T", conversation: "C" } };
const delta = (text, id = "t1") => ({ type: "text-delta", id, delta: text });
const product = (sku, title = sku) => ({ type: "data-product", id: sku, data: { sku, title } });
const finish = { type: "finish", messageMetadata: { ending: "complete" } };
const fault = (code) => ({ code, sentence: "No.", retryable: false, retryAfterS: null });

const run = (events, from = initial) => events.reduce(reduce, from);
const asked = { type: "asked", id: "q1", text: "Earphones?", page };
/** Parts of turn T, numbered from `first`. */
const parts = (list, first = 1) =>
  list.map((part, index) => ({ type: "part", turn: "T", seq: first + index, part, fresh: index === 0 }));
const answerOf = (state) => state.messages.find((message) => message.role === "assistant");

test("a question and its answer stand in the transcript in order", () => {
  const state = run([asked, ...parts([start, { type: "text-start", id: "t1" }, delta("Two "), delta("fit."), finish])]);
  assert.deepEqual(state.messages.map((m) => [m.role, textOf(m), m.phase]), [
    ["user", "Earphones?", "sent"],
    ["assistant", "Two fit.", "done"],
  ]);
  assert.equal(state.conversation, "C");
  assert.equal(busy(state), false);
});

test("cards stand between the texts, at their place", () => {
  const state = run([asked, ...parts([start, delta("See"), product("A"), product("B"), delta("That is all.", "t2"), finish])]);
  assert.deepEqual(answerOf(state).blocks.map((block) => block.text ?? block.card.sku), ["See", "A", "B", "That is all."]);
});

test("a card that comes again takes the place of the old one", () => {
  const state = run([asked, ...parts([start, product("A", "old"), product("B"), product("A", "new")])]);
  assert.deepEqual(answerOf(state).blocks.map((block) => block.card.title), ["new", "B"]);
});

test("a part that was seen is dropped", () => {
  const before = run([asked, ...parts([start, delta("one "), delta("two")])]);
  const after = reduce(before, { type: "part", turn: "T", seq: 2, part: delta("one "), fresh: false });
  assert.equal(after, before);
});

test("a missing part asks for a resume after the last good one, once", () => {
  const before = run([asked, ...parts([start, delta("one ")])]);
  const gap = reduce(before, { type: "part", turn: "T", seq: 5, part: delta("five"), fresh: false });
  assert.deepEqual(gap.gap, { turn: "T", after: 2 });
  assert.equal(textOf(answerOf(gap)), "one ");
  assert.equal(reduce(gap, { type: "part", turn: "T", seq: 6, part: delta("six"), fresh: false }), gap);
  const mended = reduce(gap, { type: "part", turn: "T", seq: 3, part: delta("three"), fresh: true });
  assert.equal(mended.gap, null);
  assert.equal(textOf(answerOf(mended)), "one three");
});

test("after a resume the first part may begin wherever the server can, so that no gap asks for ever", () => {
  const before = run([asked, ...parts([start, delta("one ")])]);
  const after = reduce(before, { type: "part", turn: "T", seq: 9, part: delta("nine"), fresh: true });
  assert.equal(after.gap, null);
  assert.equal(after.seen.T, 9);
});

test("an answer that is told anew from its start replaces what was shown and keeps its place and key", () => {
  const before = run([asked, ...parts([start, delta("half an ans")])]);
  const after = run(parts([start, delta("The whole answer."), finish]), before);
  assert.equal(textOf(answerOf(after)), "The whole answer.");
  assert.equal(after.messages.length, 2);
  assert.equal(answerOf(after).key, answerOf(before).key);
});

test("a correction replaces the text of its block only", () => {
  const correction = { type: "data-correction", data: { block: "t1", text: "It costs $10.", reason: "price" } };
  const state = run([asked, ...parts([start, delta("It costs $9."), delta("Bye.", "t2"), correction])]);
  assert.deepEqual(answerOf(state).blocks.map((block) => block.text), ["It costs $10.", "Bye."]);
});

test("waiting is said until the next word comes", () => {
  const waiting = run([asked, ...parts([start, { type: "data-status", data: { state: "queued", seconds: 3 } }])]);
  assert.deepEqual(waiting.waiting, { state: "queued", seconds: 3 });
  assert.equal(run(parts([delta("Hi")], 3), waiting).waiting, null);
});

test("a stopped answer keeps its words", () => {
  const state = run([asked, ...parts([start, delta("Half"), { type: "abort", reason: "stopped" }])]);
  assert.deepEqual([textOf(answerOf(state)), answerOf(state).ending, busy(state)], ["Half", "stopped", false]);
});

test("a failed turn says why and frees the field", () => {
  const error = { type: "error", errorText: "Not now.", code: "relay", retryable: true, retry_after_s: 2 };
  const state = run([asked, ...parts([start, error])]);
  assert.deepEqual(answerOf(state).fault, { code: "relay", sentence: "Not now.", retryable: true, retryAfterS: 2 });
  assert.equal(answerOf(state).phase, "failed");
  assert.equal(busy(state), false);
});

test("a refused question stays on the page and can be sent again under its id", () => {
  const state = run([asked, { type: "refused", id: "q1", fault: fault("rate_limited") }]);
  assert.equal(state.messages[0].phase, "unsent");
  const again = reduce(state, { type: "resent", key: "q1", page });
  assert.deepEqual(again.asking, { id: "q1", text: "Earphones?", page });
});

test("words that must be changed or must wait go back into the field, before what was typed since", () => {
  for (const code of ["question_too_long", "turn_running", "cancelled"]) {
    const state = run([asked, { type: "drafted", text: "and cheap" }, { type: "refused", id: "q1", fault: fault(code) }]);
    assert.equal(state.draft, "Earphones?\nand cheap");
    assert.deepEqual(state.messages, []);
  }
});

test("a refusal of something else leaves the question alone", () => {
  const state = run([asked, { type: "refused", id: "other", fault: fault("malformed") }]);
  assert.equal(state.asking.id, "q1");
  assert.equal(state.notice.code, "malformed");
});

test("a question that never left waits for the shopper's word when the transport gives up", () => {
  const state = run([asked, { type: "given-up" }]);
  assert.deepEqual([state.messages[0].phase, busy(state)], ["unsent", false]);
});

test("an answer that broke off waits for the connection when the transport gives up", () => {
  const state = run([asked, ...parts([start, delta("Half")]), { type: "given-up" }]);
  assert.deepEqual([state.connection, state.turn], ["offline", "T"]);
});

test("an answer that ends behind a closed panel is unread until the panel opens", () => {
  const state = run([asked, ...parts([start, delta("Hi"), finish])]);
  assert.equal(state.unread, true);
  assert.equal(reduce(state, { type: "opened" }).unread, false);
});

test("a part that a later server invents changes nothing but the count", () => {
  const before = run([asked, ...parts([start])]);
  const after = reduce(before, { type: "part", turn: "T", seq: 2, part: { type: "data-weather", data: {} }, fresh: false });
  assert.deepEqual({ ...after, seen: null }, { ...before, seen: null });
});

const stored = (id, role, turn, text) => ({ id, role, turn, parts: [{ type: "text", text }], ending: "complete", feedback: null });
const session = (messages, running = null) => ({ conversation: { id: "C", running_turn: running, messages }, limits: { question_characters: 50 } });

test("the server's history takes over and keeps the keys of what is on the page", () => {
  const before = run([asked, ...parts([start, delta("Half")])]);
  const history = session([stored("s1", "user", "T", "Earphones?"), stored("m1", "assistant", "T", "The whole answer.")]);
  const after = reduce(before, { type: "loaded", session: history });
  assert.deepEqual(after.messages.map((m) => [m.key, textOf(m)]), [["q1", "Earphones?"], ["m1", "The whole answer."]]);
  assert.deepEqual([after.turn, after.limit], [null, 50]);
});

test("a history that says nothing new leaves every message the same value", () => {
  const history = { type: "loaded", session: session([stored("s1", "user", "T", "Hi"), stored("m1", "assistant", "T", "Hello")]) };
  const before = reduce(initial, history);
  const after = reduce(before, history);
  assert.deepEqual(after.messages.map((m, index) => m === before.messages[index]), [true, true]);
});

test("a running answer that was half shown before the page changed goes on after its last part", () => {
  const before = run([asked, ...parts([start, delta("Half")])]);
  const after = reduce(before, { type: "loaded", session: session([stored("s1", "user", "T", "Earphones?")], "T") });
  assert.deepEqual([after.turn, after.seen.T, textOf(answerOf(after))], ["T", 2, "Half"]);
});

test("a question that may have been taken up just before the page changed stands there once", () => {
  const loaded = reduce(run([asked]), { type: "loaded", session: session([stored("s1", "user", "T", "Earphones?")], "T") });
  assert.equal(loaded.asking.id, "q1");
  const after = run(parts([start, delta("Hi")]), loaded);
  assert.deepEqual(after.messages.map((m) => m.role), ["user", "assistant"]);
});

test("a history without a conversation empties the page, except for a question on its way", () => {
  const shown = reduce(initial, { type: "loaded", session: session([stored("s1", "user", "T", "Hi")]) });
  const after = run([asked, { type: "loaded", session: { conversation: null } }], shown);
  assert.deepEqual(after.messages.map((m) => m.id), ["q1"]);
});

test("a text is of another language than the page where its letters say so", () => {
  assert.equal(foreign("소리담 하루 2 무선 이어폰", "en"), "ko");
  assert.equal(foreign("The shop calls it 소리담. It costs ₩99,000.", "en"), null);
  assert.equal(foreign("Wireless earphones", "en"), null);
  assert.equal(foreign("Noctave Drift Wireless Earbuds", "ko"), "en");
  assert.equal(foreign("Noctave 이어폰", "ko"), null);
  assert.equal(foreign("99,000", "ko"), null);
});
