/**
 * Server-sent events out of text, however the text is cut. Follows the parsing rules of the HTML standard (section
 * "Server-sent events"): lines end in CR, LF or CRLF and in nothing else, so U+2028 inside an answer stays inside.
 */

/** @typedef {{id: string, data: string}} ServerEvent */

/** A parser of one stream: give it the pieces in order, get the events that they complete. */
export class EventParser {
  #rest = "";
  #data = /** @type {string[]} */ ([]);
  #id = "";
  #cr = false;

  /**
   * @param {string} text The next piece.
   * @returns {ServerEvent[]} Events that are whole now.
   */
  push(text) {
    // A CRLF that was cut in its middle is one line end, not two.
    const piece = this.#cr && text.startsWith("\n") ? text.slice(1) : text;
    if (text) this.#cr = text.endsWith("\r");
    const lines = (this.#rest + piece).split(/\r\n|\r|\n/);
    this.#rest = lines.pop() ?? "";
    return lines.flatMap((line) => this.#line(line));
  }

  /**
   * @param {string} line
   * @returns {ServerEvent[]}
   */
  #line(line) {
    if (line === "") {
      const data = this.#data;
      this.#data = [];
      return data.length ? [{ id: this.#id, data: data.join("\n") }] : [];
    }
    const [, name, value] = /^([^:]*)(?:: ?)?(.*)$/su.exec(line) ?? ["", "", ""];
    if (name === "data") this.#data.push(value);
    if (name === "id" && !value.includes("\0")) this.#id = value;
    return [];
  }
}
