/** Text of an answer on the page. While it grows, only what is new is touched: the rest keeps its nodes. */

import { trusted } from "./addresses.js";
import { parse } from "./markdown.js";

/** @typedef {import("./markdown.js").Block} Block */
/** @typedef {import("./markdown.js").Inline} Inline */

/** Draws a growing text into an element that nobody else writes to. */
export class Prose {
  #into;
  #base;
  #table;
  /** @type {Block[]} */
  #blocks = [];
  /** @type {HTMLElement[]} The element of each block; for a list item, the item; for a line of a table, its row. */
  #elements = [];

  /**
   * @param {HTMLElement} into
   * @param {string} base The page's own address.
   * @param {string} table What a table is called.
   */
  constructor(into, base, table) {
    this.#into = into;
    this.#base = base;
    this.#table = table;
  }

  /**
   * @param {string} text
   * @param {boolean} growing
   */
  draw(text, growing) {
    const blocks = parse(text, growing);
    let same = 0;
    while (same < blocks.length && same < this.#blocks.length && blocks[same].kind === this.#blocks[same].kind) {
      this.#redraw(same, this.#blocks[same], blocks[same]);
      same += 1;
    }
    for (const element of this.#elements.splice(same)) drop(element);
    for (const block of blocks.slice(same)) this.#elements.push(this.#add(block));
    this.#blocks = blocks;
  }

  /**
   * @param {number} index
   * @param {Block} before
   * @param {Block} now
   */
  #redraw(index, before, now) {
    const element = this.#elements[index];
    if (now.kind === "pre" || before.kind === "pre") {
      const text = now.kind === "pre" ? now.text : "";
      if (element.textContent !== text) element.textContent = text;
    } else if ("cells" in now) {
      const old = "cells" in before ? before.cells : [];
      while (element.childElementCount > now.cells.length) element.lastElementChild?.remove();
      now.cells.forEach((cell, at) => {
        const shown = element.children[at] ?? element.appendChild(this.#cell(element, now.kind, cell));
        this.#fit(/** @type {HTMLElement} */ (shown), old[at] ?? [], cell);
      });
    } else if (!("cells" in before)) {
      if (now.number !== undefined) /** @type {HTMLLIElement} */ (element).value = now.number;
      this.#fit(element, before.children, now.children);
    }
  }

  /**
   * Make `element`, which shows `before`, show `now`: the common beginning stays, a text that grew gets its end appended.
   * @param {HTMLElement} element
   * @param {Inline[]} before
   * @param {Inline[]} now
   */
  #fit(element, before, now) {
    let index = 0;
    for (; index < now.length && index < before.length; index += 1) {
      const [old, fresh] = [before[index], now[index]];
      const node = element.childNodes[index];
      if (old.kind === "text" && fresh.kind === "text" && fresh.text.startsWith(old.text)) {
        if (fresh.text !== old.text) /** @type {Text} */ (node).appendData(fresh.text.slice(old.text.length));
      } else if (old.kind === "code" && fresh.kind === "code") {
        if (old.text !== fresh.text) node.textContent = fresh.text;
      } else if ("children" in old && "children" in fresh && old.kind === fresh.kind && old.href === fresh.href) {
        this.#fit(/** @type {HTMLElement} */ (node), old.children, fresh.children);
      } else if (!(old.kind === "break" && fresh.kind === "break")) {
        break;
      }
    }
    while (element.childNodes.length > index) element.lastChild?.remove();
    element.append(...now.slice(index).map((item) => this.#inline(item)));
  }

  /**
   * The next cell of a line. Where the corner of the table is empty, what stands first in a line heads that line.
   * @param {HTMLElement} line
   * @param {"head" | "row"} kind
   * @param {Inline[]} inside
   */
  #cell(line, kind, inside) {
    const first = line.childElementCount === 0;
    const named = first && line.parentElement?.querySelector(":scope > tr:first-child > td:first-child:empty");
    const scope = kind === "head" && inside.length > 0 ? "col" : kind === "row" && named ? "row" : "";
    const cell = document.createElement(scope ? "th" : "td");
    if (scope) cell.setAttribute("scope", scope);
    return cell;
  }

  /** A table stands in a frame of its own, in which a wide one moves sideways, also by the keyboard. */
  #frame() {
    const frame = document.createElement("div");
    frame.className = "table";
    frame.tabIndex = 0;
    frame.setAttribute("role", "group");
    frame.setAttribute("aria-label", this.#table);
    return frame.appendChild(document.createElement("table"));
  }

  /** @param {import("./markdown.js").Row} row */
  #row(row) {
    const known = this.#into.lastElementChild?.querySelector(":scope > table");
    const table = known ?? this.#frame();
    if (!known) this.#into.append(/** @type {Element} */ (table.parentElement));
    const line = table.appendChild(document.createElement("tr"));
    for (const inside of row.cells) {
      const cell = line.appendChild(this.#cell(line, row.kind, inside));
      cell.append(...inside.map((child) => this.#inline(child)));
    }
    return line;
  }

  /** @param {Block} block */
  #add(block) {
    if ("cells" in block) return this.#row(block);
    if (block.kind === "ul" || block.kind === "ol") {
      const list = this.#into.lastElementChild;
      const into = list?.localName === block.kind ? list : this.#into.appendChild(document.createElement(block.kind));
      const item = document.createElement("li");
      if (block.number !== undefined) item.value = block.number;
      item.append(...block.children.map((child) => this.#inline(child)));
      return into.appendChild(item);
    }
    const element = document.createElement(block.kind === "pre" ? "pre" : "p");
    if (block.kind === "pre") element.textContent = block.text;
    else element.append(...block.children.map((child) => this.#inline(child)));
    // Not a heading: an answer must not rearrange the outline of the shop's page.
    if (block.kind === "heading") element.className = "lead";
    return this.#into.appendChild(element);
  }

  /**
   * @param {Inline} item
   * @returns {Node}
   */
  #inline(item) {
    switch (item.kind) {
      case "text":
        return document.createTextNode(item.text);
      case "break":
        return document.createElement("br");
      case "code": {
        const code = document.createElement("code");
        code.textContent = item.text;
        return code;
      }
      case "link": {
        const href = item.href ? trusted(item.href, this.#base) : null;
        const element = document.createElement(href ? "a" : "span");
        if (href) element.setAttribute("href", href);
        element.append(...item.children.map((child) => this.#inline(child)));
        return element;
      }
      default: {
        const element = document.createElement(item.kind);
        element.append(...item.children.map((child) => this.#inline(child)));
        return element;
      }
    }
  }
}

/** @param {HTMLElement} element A block; a list or a table goes with its last line. */
function drop(element) {
  const around = element.parentElement;
  element.remove();
  if (around && ["ul", "ol", "table"].includes(around.localName) && !around.childElementCount) {
    (around.closest(".table") ?? around).remove();
  }
}
