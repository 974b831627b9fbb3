import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./modules.mjs";

const { EventParser } = await load("sse.js");

const STREAM = 'id: 1\ndata: {"a":"안녕\u2028\u0085하세요"}\n\n: sign of life\n\nid: 2\r\ndata: two\r\ndata:lines\r\n\r\ndata: [DONE]\n\n';
const EVENTS = [
  { id: "1", data: '{"a":"안녕\u2028\u0085하세요"}' },
  { id: "2", data: "two\nlines" },
  { id: "2", data: "[DONE]" },
];

const parsed = (pieces) => {
  const parser = new EventParser();
  return pieces.flatMap((piece) => parser.push(piece));
};

test("a stream gives its events, and a comment is none", () => {
  assert.deepEqual(parsed([STREAM]), EVENTS);
});

test("a stream cut at any two places gives the same events", () => {
  for (let first = 0; first <= STREAM.length; first += 1) {
    for (let second = first; second <= STREAM.length; second += 1) {
      const pieces = [STREAM.slice(0, first), STREAM.slice(first, second), STREAM.slice(second)];
      assert.deepEqual(parsed(pieces), EVENTS, `cut at ${first} and ${second}`);
    }
  }
});

test("an event whose blank line never came is not given", () => {
  assert.deepEqual(parsed(["data: half\n"]), []);
});
