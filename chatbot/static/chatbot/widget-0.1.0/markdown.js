/**
 * The little markup that models write: bold, italics, code, lists, tables, line breaks, links. Pure: `prose.js` draws what
 * `parse` gives. Everything else in the text, HTML and pictures included, stays text.
 *
 * The rules are looser than CommonMark where that fails Korean: a particle may follow the closing mark at once, as in
 * `**"Aurora"**는`.
 */

/** @typedef {{kind: "text", text: string}} Words */
/** @typedef {{kind: "strong" | "em" | "link", href: string, children: Inline[]}} Span */
/** @typedef {{kind: "code", text: string}} Code */
/** @typedef {{kind: "break"}} Break */
/** @typedef {Words | Span | Code | Break} Inline */
/** @typedef {{kind: "p" | "heading" | "ul" | "ol", children: Inline[], number?: number}} Line For a list, one item. */
/** @typedef {{kind: "pre", text: string}} Fence */
/** @typedef {{kind: "head" | "row", cells: Inline[][]}} Row One line of a table. */
/** @typedef {Line | Fence | Row} Block */

const FENCE = /^\s*```/;
const BULLET = /^\s*[-*•]\s+(.*)$/;
const NUMBER = /^\s*(\d{1,3})[.)]\s+(.*)$/;
/** A row may have no bar at its end yet, or ever. */
const ROW = /^\s*\|(.*\S.*)$/;
/** Stands below the head of a table, and is not shown. */
const RULE = /^\s*\|\s*:?-+:?\s*(?:\|\s*(?::?-+:?\s*)?)*$/;
const HEADING = /^\s*#{1,6}\s+(\S.*?)\s*#*$/;
/** Nested deeper than this, marks are text: a model that writes ten thousand asterisks gets no deep tree. */
const DEEPEST = 4;

/**
 * The blocks of `text`.
 * @param {string} text
 * @param {boolean} growing More is to come: a mark at the end that is still open counts as closed there, and a mark that
 *   is only begun is held back, so that no asterisk flashes up and goes.
 * @returns {Block[]}
 */
export function parse(text, growing = false) {
  /** @type {Block[]} */
  const blocks = [];
  /** @type {string[]} */
  let paragraph = [];
  /** @type {string[] | null} */
  let fence = null;
  const lines = text.split("\n");

  const flush = (/** @type {boolean} */ last) => {
    if (paragraph.length) blocks.push({ kind: "p", children: inline(paragraph.join("\n"), growing && last) });
    paragraph = [];
  };
  for (const [index, line] of lines.entries()) {
    const last = index === lines.length - 1;
    if (FENCE.test(line)) {
      flush(false);
      if (fence) blocks.push({ kind: "pre", text: fence.join("\n") });
      fence = fence ? null : [];
    } else if (fence) {
      fence.push(line);
    } else if (!line.trim() || (growing && last && /^\s*(#{1,6}|[-*•]|\d{1,3}[.)]?|`{1,3})\s*$/.test(line))) {
      flush(false);
    } else if (ROW.test(line)) {
      flush(false);
      const above = blocks.at(-1);
      if (!RULE.test(line)) blocks.push({ kind: "row", cells: cells(line, growing && last) });
      else if (above?.kind === "row" && ROW.test(lines[index - 1]) && !(growing && last)) above.kind = "head";
    } else {
      const found = marked(line);
      if (found) {
        flush(false);
        const { kind, text: words, number } = found;
        blocks.push({ kind, children: inline(words, growing && last), number });
      } else {
        paragraph.push(line.trim());
      }
    }
  }
  if (fence) blocks.push({ kind: "pre", text: fence.join("\n") });
  flush(true);
  return blocks;
}

/**
 * The words without their marks.
 * @param {Inline[]} children
 * @returns {string}
 */
export const plain = (children) =>
  children.map((item) => ("text" in item ? item.text : "children" in item ? plain(item.children) : " ")).join("");

/**
 * What stands between the bars of a row.
 * @param {string} line
 * @param {boolean} growing
 * @returns {Inline[][]}
 */
function cells(line, growing) {
  const written = line.trim().replace(/^\|/, "").replace(/\|$/, "").split(/(?<!\\)\|/);
  return written.map((cell, index) => inline(cell.trim(), growing && index === written.length - 1));
}

/**
 * @param {string} line
 * @returns {{kind: "ul" | "ol" | "heading", text: string, number?: number} | null}
 */
function marked(line) {
  const bullet = BULLET.exec(line);
  if (bullet) return { kind: "ul", text: bullet[1] };
  const numbered = NUMBER.exec(line);
  if (numbered) return { kind: "ol", text: numbered[2], number: Number(numbered[1]) };
  const heading = HEADING.exec(line);
  return heading ? { kind: "heading", text: heading[1] } : null;
}

/**
 * @param {string} text
 * @param {boolean} growing
 * @param {number} depth
 * @returns {Inline[]}
 */
function inline(text, growing, depth = 0) {
  /** @type {Inline[]} */
  const out = [];
  let plain = "";
  const say = (/** @type {Inline} */ item) => {
    if (plain) out.push({ kind: "text", text: plain });
    plain = "";
    out.push(item);
  };
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at, at + 2);
    const found = depth < DEEPEST ? span(text, at, growing, depth) : null;
    if (found) {
      if (found.item) say(found.item);
      at = found.end;
    } else if (text[at] === "\n") {
      say({ kind: "break" });
      at += 1;
    } else if (text[at] === "\\" && /[*_`[\]\\#!|-]/.test(rest[1] ?? "")) {
      plain += rest[1];
      at += 2;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  if (plain) out.push({ kind: "text", text: plain });
  return out;
}

/**
 * A marked span that begins at `at`, null if none does. `item` is null where a begun mark is held back.
 * @param {string} text
 * @param {number} at
 * @param {boolean} growing
 * @param {number} depth
 * @returns {{item: Inline | null, end: number} | null}
 */
function span(text, at, growing, depth) {
  switch (text[at]) {
    case "`":
      return code(text, at, growing);
    case "*":
    case "_":
      return emphasis(text, at, growing, depth);
    case "!":
      return text[at + 1] === "[" ? link(text, at + 1, growing, depth, true) : null;
    case "[":
      return link(text, at, growing, depth, false);
    default:
      return null;
  }
}

/**
 * @param {string} text
 * @param {number} at
 * @param {boolean} growing
 * @returns {{item: Inline | null, end: number} | null}
 */
function code(text, at, growing) {
  const close = text.indexOf("`", at + 1);
  if (close > at + 1) return { item: { kind: "code", text: text.slice(at + 1, close) }, end: close + 1 };
  if (!growing || close >= 0) return null;
  const begun = text.slice(at + 1);
  return { item: begun ? { kind: "code", text: begun } : null, end: text.length };
}

/**
 * @param {string} text
 * @param {number} at
 * @param {boolean} growing
 * @param {number} depth
 * @returns {{item: Inline | null, end: number} | null}
 */
function emphasis(text, at, growing, depth) {
  const mark = text.startsWith(text[at].repeat(2), at) ? text[at].repeat(2) : text[at];
  const from = at + mark.length;
  // snake_case and 3*4 are words, not marks.
  if (mark[0] === "_" && /[\p{L}\p{N}_]/u.test(text[at - 1] ?? "")) return null;
  if (mark === "*" && /\d/.test(text[at - 1] ?? "")) return null;
  if (from >= text.length) return growing ? { item: null, end: from } : null;
  if (/\s/.test(text[from])) return null;
  const close = closing(text, from, mark);
  if (close < 0 && !growing) return null;
  const begun = close < 0 ? held(text.slice(from), mark) : text.slice(from, close);
  const children = inline(begun, close < 0, depth + 1);
  const kind = mark.length === 2 ? "strong" : "em";
  return { item: children.length ? { kind, href: "", children } : null, end: close < 0 ? text.length : close + mark.length };
}

/**
 * Where `mark` closes: after something that is no space, and as a mark of its own length.
 * @param {string} text
 * @param {number} from
 * @param {string} mark
 */
function closing(text, from, mark) {
  for (let at = text.indexOf(mark, from); at >= 0; at = text.indexOf(mark, at + 1)) {
    let run = 0;
    while (text[at + run] === mark[0]) run += 1;
    const fits = mark.length === 2 ? run >= 2 : run !== 2;
    const spaced = /\s/.test(text[at - 1]);
    const inWord = mark[0] === "_" && /[a-z0-9]/i.test(text[at + run] ?? "");
    // Of three marks the inner one belongs to the span inside.
    if (at > from && fits && !spaced && !inWord) return at + run - mark.length;
    at += run - 1;
  }
  return -1;
}

/**
 * Without the half of a closing mark that has come so far.
 * @param {string} text
 * @param {string} mark
 */
const held = (text, mark) => (mark.length === 2 && text.endsWith(mark[0]) ? text.slice(0, -1) : text);

/**
 * @param {string} text
 * @param {number} at Of the bracket.
 * @param {boolean} growing
 * @param {number} depth
 * @param {boolean} picture A picture from a model is never fetched; its description stays.
 * @returns {{item: Inline | null, end: number} | null}
 */
function link(text, at, growing, depth, picture) {
  const found = /^\[([^[\]\n]{0,300})\]\(\s*<?([^\s()<>]{0,1000})>?(?:\s+"[^"\n]{0,300}")?\s*(\)?)/.exec(text.slice(at, at + 1700));
  if (!found || (!found[3] && !(growing && at + found[0].length === text.length))) return null;
  const [all, label, href, closed] = found;
  const children = inline(label, false, depth + 1);
  const end = at + all.length;
  if (!children.length) return { item: null, end };
  return { item: { kind: "link", href: picture || !closed ? "" : href, children }, end };
}
