/* Connect the explorer's panels to Dash's stores, the address, undo and redo, and keys. */
import { setProps } from "../shell/dash.mjs";
import { query } from "./address.mjs";
import { Explorer } from "./explorer.mjs";
import * as galaxy from "./galaxy.mjs";
import { Steps } from "../shell/steps.mjs";

/** @import { Manifest, Place, Selection, State } from "./manifest.mjs" */

/** @typedef {{state: State, row: number, selection: Selection | null}} Snapshot */

const ADDRESS_DELAY = 300; // ms without a change before the address and an undo step are written
const SENTENCE = 6000; // ms for which a message is shown
const LONGEST_FIND = 1500; // characters
const CONTROL = "explorer-view-";
const PANELS = "explorer-panels";
const SWITCHES = new Set(["lock", "missing", "contours"]);
const OVERLAYS = ".mantine-Modal-content, .mantine-Popover-dropdown, details.menu[open]"; // Escape closes these first
const TEXT_FIELDS = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";
const NO_GALAXY = "There is no galaxy there.";

const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));

/** An open page of the explorer. */
export class Join {
  /** name of the chosen galaxy, for the address */
  #galaxy;
  /** @type {Steps<Snapshot> | null} null until Dash has started */
  #steps = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #writing;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #saying;

  /** @param {HTMLElement} page */
  constructor(page) {
    /** @type {Manifest} */
    this.manifest = JSON.parse(page.dataset.manifest ?? "");
    this.page = page;
    this.#galaxy = this.manifest.galaxy ?? "";
    this.explorer = new Explorer(this.manifest, page, {
      selected: (row) => this.#selected(row),
      selection: (selection) => {
        this.set("selection", { data: selection.count ? selection : null });
        if (!selection.count) this.say(NO_GALAXY);
      },
      state: () => this.changed(),
      tool: (name) => this.set("tool", { value: name }),
      say: (sentence) => this.say(sentence),
    });
    galaxy.open({
      manifest: this.manifest,
      named: (name) => {
        this.#galaxy = name;
        this.changed();
      },
      say: (sentence) => this.say(sentence),
      select: (row) => this.explorer.select(row),
    });
    this.#listen();
  }

  /**
   * Set properties of one of the page's components, unless the page has been left.
   * @param {Place} place
   * @param {Record<string, unknown>} props
   */
  set(place, props) {
    if (this.page.isConnected) setProps(this.manifest.ids[place], props);
  }

  /**
   * Show a galaxy, and set its store after its cards are painted, because Dash's work on a store blocks the browser.
   * @param {number} row
   */
  async #selected(row) {
    await galaxy.show(row);
    await painted();
    if (this.explorer.selected === row) this.set("selected", { data: { row } });
  }

  /**
   * Set the stores from the address when Dash has started, and record undo steps from now on.
   * @param {Selection | null} selection
   */
  start(selection) {
    const { explorer } = this;
    explorer.ready.then(() => {
      this.#steps = new Steps(this.#snapshot());
      this.page.dataset.axes = "joined";
    });
    if (explorer.selected >= 0) this.set("selected", { data: { row: explorer.selected } });
    if (selection) this.set("selection", { data: { ...selection } });
  }

  /**
   * Show a message for some seconds.
   * @param {string} sentence
   */
  say(sentence) {
    this.set("status", { children: sentence });
    clearTimeout(this.#saying);
    this.#saying = setTimeout(() => this.set("status", { children: "" }), SENTENCE);
  }

  // ---- address and steps ------------------------------------------------------------------------------------------

  /** Schedule `remember` after a change of anything that the address contains. */
  changed() {
    clearTimeout(this.#writing);
    this.#writing = setTimeout(() => this.remember(), ADDRESS_DELAY);
  }

  /** @returns {Snapshot} */
  #snapshot() {
    const { state, selected, selection } = this.explorer;
    return { state, row: selected, selection };
  }

  /** Write the address and the store of the state, and record an undo step. */
  remember() {
    const { explorer, manifest } = this;
    if (current !== this || !this.page.isConnected || explorer.stop.signal.aborted) return;
    const { state, gate, selected, selection } = explorer;
    this.set("view", { data: state });
    const find = selection?.find ?? ""; // left out below if it is long: browsers and servers truncate addresses
    const more = {
      catalogue: manifest.catalogue,
      galaxy: selected >= 0 ? this.#galaxy : "",
      gate,
      find: find.length <= LONGEST_FIND ? find : "",
    };
    history.replaceState(history.state, "", location.pathname + query(manifest.fields, state, more));
    if (this.#steps?.push(this.#snapshot())) this.#showSteps(this.#steps);
  }

  /** @param {Steps<Snapshot>} steps */
  #showSteps(steps) {
    this.set("undo", { disabled: !steps.can(-1) });
    this.set("redo", { disabled: !steps.can(1) });
  }

  /**
   * Undo (-1) or redo (1) a step.
   * @param {number} by
   */
  step(by) {
    const { explorer } = this;
    const kept = this.#steps?.move(by);
    if (!kept || !this.#steps) return;
    this.#showSteps(this.#steps);
    for (const { name } of this.manifest.fields) {
      if (JSON.stringify(kept.state[name]) !== JSON.stringify(explorer.state[name])) this.setControl(name, kept.state[name]);
    }
    if (kept.row !== explorer.selected) this.set("selected", { data: kept.row < 0 ? null : { row: kept.row } });
    if (kept.selection !== explorer.selection) this.set("selection", { data: kept.selection });
    explorer.apply(kept.state);
  }

  /**
   * Show the value of a field in its control.
   * @param {string} name
   * @param {unknown} value
   */
  setControl(name, value) {
    if (name === "seed") this.set("seed", { data: value });
    else if (name !== "zoom" && this.page.isConnected) {
      setProps(CONTROL + name, SWITCHES.has(name) ? { checked: value } : { value });
    }
  }

  // ---- keys -------------------------------------------------------------------------------------------------------

  #listen() {
    window.addEventListener(
      "keydown",
      (event) => {
        if (event.target instanceof Element && event.target.closest(TEXT_FIELDS)) return;
        if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
          event.preventDefault();
          this.step(event.shiftKey ? 1 : -1);
        } else if (event.key === "?") this.set("keys", { opened: true });
        else if (event.key === "Escape" && !isCovered()) this.#clear();
      },
      // In the capture phase, so that isCovered() still sees an overlay that this key closes.
      { signal: this.explorer.stop.signal, capture: true },
    );
  }

  /** Clear the population, or the galaxy if there is no population. */
  #clear() {
    if (this.explorer.selection) this.set("selection", { data: null });
    else if (this.explorer.selected >= 0) this.set("selected", { data: null });
  }

  /**
   * Return the field that a control sets, null if it is no control of the panels.
   * @param {string} propId   "explorer-view-lines.value"
   */
  fieldOf(propId) {
    if (!propId.startsWith(CONTROL)) return null;
    const name = propId.slice(CONTROL.length).replace(/\.\w+$/, "");
    return this.manifest.fields.find((field) => field.name === name) ?? null;
  }
}

const isCovered = () => [...document.querySelectorAll(OVERLAYS)].some((overlay) => overlay.checkVisibility());

/** @type {Join | null} */
let current = null;

/** Return the open page, or null. */
export const currentJoin = () => current;

/** Open the page in the document, unless it is open. */
export function arrive() {
  const page = document.getElementById(PANELS);
  if (!page || current?.page === page) return;
  current?.explorer.end();
  current = new Join(page);
}

/** Open a page as soon as its panels are in the document; Dash's callbacks run after the whole layout is mounted. */
export function watchForPages() {
  arrive();
  new MutationObserver(arrive).observe(document, { childList: true, subtree: true });
}
