/**
 * Where the panel stands: a window beside the page on a wide screen, a sheet over the whole page on a phone. Opens,
 * closes, moves the focus in and back, and keeps the sheet inside what the on-screen keyboard leaves.
 */

/** Screens on which a floating window would leave no room. */
const SMALL = "(max-width: 30rem), (max-height: 30rem)";
/** So little left by the keyboard, in CSS pixels, that every line counts. */
const LOW = 544;
/** Fingers: giving the field the focus would bring up the keyboard over half the panel. */
const COARSE = "(pointer: coarse)";

export class Panel {
  #dialog;
  #launcher;
  #first;
  #heading;
  #small = matchMedia(SMALL);
  #open = false;

  /**
   * @param {object} parts
   * @param {HTMLDialogElement} parts.dialog
   * @param {HTMLElement} parts.launcher
   * @param {HTMLElement} parts.first Gets the focus on open.
   * @param {HTMLElement} parts.heading Gets it instead on a touch screen.
   * @param {() => void} parts.escaped
   */
  constructor({ dialog, launcher, first, heading, escaped }) {
    this.#dialog = dialog;
    this.#launcher = launcher;
    this.#first = first;
    this.#heading = heading;
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      escaped();
    });
    // A browser that takes a back gesture for "close" need not ask first.
    dialog.addEventListener("close", () => this.#open && !dialog.open && escaped());
    dialog.addEventListener("keydown", (event) => {
      // Escape inside an IME takes back the syllable, not the panel.
      if (event.key !== "Escape" || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      event.stopPropagation();
      escaped();
    });
  }

  /** Whether the panel covers the page. */
  get sheet() {
    return this.#small.matches;
  }

  /** Listen to the screen; `disconnect` takes it back. */
  connect() {
    this.#small.addEventListener("change", this.#resized);
    visualViewport?.addEventListener("resize", this.#fit);
    visualViewport?.addEventListener("scroll", this.#fit);
  }

  disconnect() {
    this.#small.removeEventListener("change", this.#resized);
    visualViewport?.removeEventListener("resize", this.#fit);
    visualViewport?.removeEventListener("scroll", this.#fit);
  }

  /**
   * @param {boolean} open
   * @param {boolean} focus Whether the shopper did it, so that the focus follows. A page that restores an open panel
   *   takes the focus from nobody.
   */
  show(open, focus) {
    if (open === this.#open) return;
    this.#open = open;
    this.#launcher.setAttribute("aria-expanded", String(open));
    this.#launcher.hidden = open;
    if (open) {
      this.#place();
      if (focus) (matchMedia(COARSE).matches ? this.#heading : this.#first).focus();
    } else {
      this.#dialog.close();
      if (focus) this.#launcher.focus();
    }
  }

  #place() {
    const sheet = this.sheet;
    this.#dialog.classList.toggle("sheet", sheet);
    this.#fit();
    // As an attribute a dialog opens without touching the focus; over the page it must hold the focus.
    if (sheet) this.#dialog.showModal();
    else this.#dialog.setAttribute("open", "");
  }

  #resized = () => {
    if (!this.#open) return;
    const root = /** @type {ShadowRoot} */ (this.#dialog.getRootNode());
    const focused = /** @type {HTMLElement | null} */ (root.activeElement);
    this.#dialog.close();
    this.#place();
    focused?.focus();
  };

  #fit = () => {
    if (!visualViewport || !this.#open) return;
    const { height, offsetTop, scale } = visualViewport;
    // Who magnifies the sheet moves about on it: it must not shrink to what is seen of it.
    const magnified = scale > 1.1;
    this.#dialog.style.setProperty("--visible-height", magnified ? "100dvh" : `${height}px`);
    this.#dialog.style.setProperty("--visible-top", magnified ? "0px" : `${offsetTop}px`);
    this.#dialog.classList.toggle("low", this.sheet && !magnified && height < LOW);
  };
}
