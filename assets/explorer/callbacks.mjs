/* The explorer's clientside callbacks of Dash; they do nothing while no explorer is open. */
import { noUpdate, triggered } from "../shell/dash.mjs";
import { arrive, currentJoin } from "./join.mjs";
import { save } from "./panels/print.mjs";
import { choose as chooseSelection } from "./selection.mjs";

/** @import { Format } from "./panels/print.mjs" */
/** @import { Join } from "./join.mjs" */
/** @import { Selection, State } from "./manifest.mjs" */

const MAX_SEED = 9999;
const HIDDEN = { display: "none" };

/**
 * Start the page; Dash calls it when the page is mounted.
 * @param {string} _catalogue
 * @param {Selection | null} selection
 */
export function start(_catalogue, selection) {
  arrive();
  currentJoin()?.start(selection);
  return "";
}

/** Apply the controls that changed, and only those, so that controls set together do not undo each other. */
export function control() {
  const join = currentJoin();
  if (!join) return;
  /** @type {Record<string, unknown>} */
  const part = {};
  for (const { prop_id: id, value } of triggered()) {
    const field = join.fieldOf(id);
    if (!field) continue;
    const { name, kind, allowed } = field;
    const chosen = kind === "several" ? allowed.map(([, each]) => each).filter((each) => value.includes(each)) : value;
    if (kind === "several" && !chosen.length) join.setControl(name, join.explorer.state[name]); // at least one stays
    else part[name] = chosen;
  }
  join.explorer.change(part);
}

/**
 * Select the tool "pan", "box" or "lasso".
 * @param {string} name
 */
export function tool(name) {
  const explorer = currentJoin()?.explorer;
  if (!explorer || !name) return;
  explorer.tool = name;
  explorer.page.dataset.tool = name;
}

/**
 * Change some fields of the state, and show them in the controls.
 * @param {Partial<State>} part
 */
export function look(part) {
  const join = currentJoin();
  if (!join || !part) return;
  for (const [name, value] of Object.entries(part)) join.setControl(name, value);
  join.explorer.change(part);
}

/**
 * Show the realisation with this seed.
 * @param {number} seed
 */
export function realise(seed) {
  currentJoin()?.explorer.change({ seed });
}

/**
 * Return the next seed after a click.
 * @param {number} clicks
 * @param {number} seed
 */
export function nextSeed(clicks, seed) {
  return clicks ? (seed % MAX_SEED) + 1 : noUpdate();
}

/**
 * Mark the chosen galaxy.
 * @param {{row: number} | null} selected
 */
export function mark(selected) {
  const join = currentJoin();
  join?.explorer.mark(selected ? selected.row : -1);
  join?.changed();
}

/**
 * Show a selection; return the text of the count, and the style of the button that clears the selection.
 * @param {Selection | null} selection
 * @param {{find: string, count: number | null} | null} found   the typed search, and how many galaxies it finds, if it
 *   is complete
 */
export function choose(selection, found) {
  const join = currentJoin();
  if (!join) return [noUpdate(), noUpdate()];
  const { explorer, manifest } = join;
  if ((selection ?? null) !== explorer.selection) {
    chooseSelection(explorer, selection ?? null);
    join.changed();
  }
  const isTyping = triggered().some(({ prop_id: id }) => id.startsWith(manifest.ids.found));
  const n = manifest.n.toLocaleString("en");
  const count = selection ? `${selection.count.toLocaleString("en")} of ${n}` : `${n} galaxies`;
  // The count of the typed text may come after Enter has selected.
  const isCounted = isTyping && found && found.count !== null && found.find.toLowerCase() !== selection?.find?.toLowerCase();
  const matching = isCounted ? `${found.count?.toLocaleString("en")} match${found.count === 1 ? "es" : ""}` : "";
  return [matching || count, selection ? {} : HIDDEN];
}

/**
 * Return the text in the search box, which may be newer than the component's property; the number tells two of the same
 * apart.
 * @param {number} number   how often Enter was pressed
 */
export function enter(number) {
  const join = currentJoin();
  const box = join && document.getElementById(join.manifest.ids.search);
  return number && box instanceof HTMLInputElement ? { find: box.value, number } : noUpdate();
}

/** @type {(view: string) => Record<string, string>} the style of the controls of a plane's quantities */
export const axes = (view) => (view === "xy" ? {} : HIDDEN);

/** @type {(act: (join: Join) => unknown) => (clicks: number) => void} */
const button = (act) => (clicks) => {
  const join = currentJoin();
  if (clicks && join) act(join);
};

export const clear = button((join) => join.set("selection", { data: null }));
export const zoomIn = button(({ explorer }) => explorer.input.zoomIn());
export const zoomOut = button(({ explorer }) => explorer.input.zoomOut());
export const resetView = button(({ explorer }) => explorer.input.reset());
export const undo = button((join) => join.step(-1));
export const redo = button((join) => join.step(1));
export const printPng = button((join) => print(join, "png"));
export const printSvg = button((join) => print(join, "svg"));
export const copyLink = button(async (join) => {
  join.remember();
  const isCopied = await copy(location.href);
  join.say(isCopied ? "The link is copied." : `The browser did not let the page copy. The link: ${location.href}`);
});

/**
 * @param {Join} join
 * @param {Format} format
 */
function print(join, format) {
  save(join.explorer, format).catch(() => join.say("The picture could not be made. Try again."));
}

/** @param {string} text */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // the browser denies access to the clipboard
  }
}
