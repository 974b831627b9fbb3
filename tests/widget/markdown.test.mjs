import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./modules.mjs";

const { parse } = await load("markdown.js");
const { shown, trusted } = await load("addresses.js");

const inline = (item) => {
  if (item.kind === "text") return item.text;
  if (item.kind === "break") return "/";
  if (item.kind === "code") return `<code ${item.text}>`;
  return `<${item.kind}${item.href ? ` ${item.href}` : ""} ${item.children.map(inline).join("")}>`;
};
const block = (each) => each.cells ? `${each.kind}: ${each.cells.map((cell) => cell.map(inline).join("")).join(" | ")}` : `${each.kind}${each.number ?? ""}: ${each.kind === "pre" ? each.text : each.children.map(inline).join("")}`;
const read = (text, growing = false) => parse(text, growing).map(block);

test("marks become spans", () => {
  assert.deepEqual(read("**bold** and *leaning* and _too_ and `code`"), ["p: <strong bold> and <em leaning> and <em too> and <code code>"]);
  assert.deepEqual(read("***both***"), ["p: <strong <em both>>"]);
});

test("a Korean particle may follow a closing mark at once", () => {
  assert.deepEqual(read('**"Aurora"**는 가볍고 *튼튼한*편이며 _조용_합니다'), ['p: <strong "Aurora">는 가볍고 <em 튼튼한>편이며 <em 조용>합니다']);
});

test("paragraphs, lines, lists, numbers and headings", () => {
  assert.deepEqual(read("## Two fit\nfirst\nsecond\n\n- one\n* two\n\n3. three\n4) four\n"), [
    "heading: Two fit",
    "p: first/second",
    "ul: one",
    "ul: two",
    "ol3: three",
    "ol4: four",
  ]);
});

test("a table is rows of cells, and the line below its head is not shown", () => {
  assert.deepEqual(read("Two:\n| Item | **Price** |\n|:---|---:|\n| Dawn | $59.00 |\n| a \\| b | \n\nThat is all."), [
    "p: Two:",
    "head: Item | <strong Price>",
    "row: Dawn | $59.00",
    "row: a | b",
    "p: That is all.",
  ]);
  assert.deepEqual(read("| a | b |\nno more\n|---|"), ["row: a | b", "p: no more"]);
});

test("a table grows row by row, without a bar or a dash that goes again", () => {
  const text = "| Item | Price |\n|------|-------|\n| **Dawn** | $59.00 |\n";
  for (let end = 1; end <= text.length; end += 1) {
    const seen = read(text.slice(0, end), true).map((line) => line.replace(/^(head|row): /, ""));
    assert.doesNotMatch(seen.join("\n"), /--|\*|\|\||^\|/m, `after ${JSON.stringify(text.slice(0, end))}: ${seen}`);
    assert.ok(seen.length <= 2);
  }
});

test("a fence keeps everything as it is", () => {
  assert.deepEqual(read("```js\n**a** <b>\n```\nafter"), ["pre: **a** <b>", "p: after"]);
});

test("what is no mark stays", () => {
  for (const text of ["5 * 3 * 2", "3*4*5", "snake_case_name", "a ** b", "**never closed", "[1]", "# ", "100% *", "`", "<b>no</b>"]) {
    assert.deepEqual(read(text).join(), text.trim() === "#" ? "p: #" : `p: ${text}`);
  }
});

test("a backslash takes a mark's meaning away", () => {
  assert.deepEqual(read("\\*plain\\*"), ["p: *plain*"]);
});

test("a link keeps its words, and a picture is only words", () => {
  assert.deepEqual(read("[Dawn](/p/1/) ![**photo**](https://evil.example/?q=secret)"), ["p: <link /p/1/ Dawn> <link <strong photo>>"]);
});

test("while the text grows no mark flashes up, whatever the piece ends with", () => {
  const text = "Two: **Dawn *Sport* X** and `E-1`, see [Dawn](/p/1/).\n\n- **a**\n- b\n\n1. c";
  for (let end = 1; end <= text.length; end += 1) {
    const seen = read(text.slice(0, end), true).join("\n").replace(/^(ul|ol\d*|p): /gm, "").replace(/<link \S+ /g, "<");
    assert.doesNotMatch(seen, /[*`]|\]\(/, `after ${JSON.stringify(text.slice(0, end))}: ${seen}`);
  }
});

test("a mark that never closes is shown as it was written once the text is whole", () => {
  assert.deepEqual(read("a **b", true), ["p: a <strong b>"]);
  assert.deepEqual(read("a **b"), ["p: a **b"]);
});

test("ten thousand marks are read in no time and make no deep tree", () => {
  const depth = (items) => items.reduce((most, item) => Math.max(most, "children" in item ? 1 + depth(item.children) : 0), 0);
  for (const text of ["*".repeat(10_000), "**a ".repeat(3_000), "[".repeat(10_000), "*_".repeat(5_000) + "a", "`a".repeat(5_000), "|-" + "|  ".repeat(5_000) + "x"]) {
    const began = performance.now();
    assert.ok(depth(parse(text, true)) <= 6);
    assert.ok(performance.now() - began < 2_000, text.slice(0, 8));
  }
});

test("only http and https may be shown, and of a model's links only the shop's own", () => {
  const here = "https://shop.example/ko/page/";
  assert.equal(shown("/p/1/", here), "https://shop.example/p/1/");
  assert.equal(shown("https://cdn.example/a.jpg", here), "https://cdn.example/a.jpg");
  for (const bad of ["javascript:alert(1)", " JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "vbscript:x", "blob:https://shop.example/1", "", undefined, "http://[", "file:///etc/passwd"]) {
    assert.equal(shown(bad, here), null, String(bad));
  }
  assert.equal(trusted("/p/1/", here), "https://shop.example/p/1/");
  for (const foreign of ["https://evil.example/", "//evil.example/p/1/", "http://shop.example/", "https://shop.example:8443/", "\\\\evil.example"]) {
    assert.equal(trusted(foreign, here), null, foreign);
  }
});
