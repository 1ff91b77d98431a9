/* The chosen galaxy: what the server says of it is asked for here, and put into its cards (server/galaxies.py). */
import { noUpdate } from "../shell/dash.mjs";
import { around, byId } from "../shell/dom.mjs";
import { fill } from "../pictures/fragments.mjs";
import { Pending, requestJson } from "../shell/requests.mjs";

/** @import { Fragments } from "../pictures/fragments.mjs" */
/** @import { Manifest } from "./manifest.mjs" */

/**
 * @typedef {Fragments & {name: string, elsewhere: boolean}} Answer   elsewhere: the archive may have its spectrum
 *
 * @typedef {object} Page   that is open
 * @property {Pick<Manifest, "galaxies" | "version">} manifest
 * @property {(name: string) => void} named        hears a chosen galaxy's name
 * @property {(sentence: string) => void} say
 * @property {(row: number) => void} select        chooses another galaxy
 */

const CARDS = ["explorer", "galaxy-details"];
const WAITING = "galaxy-waiting";
const KEPT = 30; // answers: stepping back to a galaxy asks nobody

/** @type {Record<string, string>} how a spectrum is shown */
const look = { scheme: "dark", frame: "rest", smoothing: "0" };
/** @type {Pending<Answer>} */
const answers = new Pending(KEPT);
/** @type {Page | null} */
let page = null;
let wanted = ""; // address of what is shown or on its way

/** @param {boolean} shown */
function showCards(shown) {
  for (const id of CARDS) document.getElementById(id)?.classList.toggle("is-empty", !shown);
}

/** @param {string} address */
const ask = (address) => answers.get(address, () => requestJson(address));

/**
 * Show a galaxy; resolves when its cards are filled, or another one is wanted by then.
 * @param {number} row
 */
export async function show(row) {
  if (!page) return;
  const { manifest, named, say } = page;
  const address = `${manifest.galaxies}${row}.json?${new URLSearchParams({ v: manifest.version, ...look })}`;
  if (address === wanted) return;
  wanted = address;
  try {
    const answer = await ask(address);
    if (wanted !== address) return;
    showCards(true);
    fill(answer);
    named(answer.name);
    byId(WAITING).hidden = true;
    if (answer.elsewhere) lookElsewhere(address, say);
  } catch {
    if (wanted !== address) return;
    wanted = "";
    say("The galaxy could not be loaded. Click it again.");
  }
}

/**
 * Ask the archive, which may take seconds: what is known is shown meanwhile.
 * @param {string} address
 * @param {Page["say"]} say
 */
async function lookElsewhere(address, say) {
  const waiting = byId(WAITING);
  waiting.hidden = false;
  const found = await ask(`${address}&archive=1`).catch(() => null);
  if (wanted !== address) return; // the galaxy shown now says whether it waits
  waiting.hidden = true;
  if (found) {
    fill(found);
    return;
  }
  wanted = ""; // so that the same galaxy may be asked for again
  say("The spectrum could not be requested from the archive. Click the galaxy again.");
}

/** Choose a galaxy when its name is clicked, wherever the page says it. */
export function followNames() {
  document.addEventListener("click", (event) => {
    const link = around(event, "[data-row]");
    if (link) page?.select(Number(link.dataset.row));
  });
}

/**
 * Take a page that has come; its cards are empty.
 * @param {Page} arrived
 */
export function open(arrived) {
  page = arrived;
  wanted = "";
  answers.clear();
}

/**
 * Dash: show what its stores and switches say; return true once a galaxy has been chosen.
 * @param {{row: number} | null} selected
 * @param {string | null} scheme
 * @param {string} frame
 * @param {string} smoothing
 * @param {boolean} opened
 */
export function choose(selected, scheme, frame, smoothing, opened) {
  look.scheme = scheme || look.scheme;
  look.frame = frame;
  look.smoothing = smoothing;
  if (selected && page) show(selected.row);
  else {
    wanted = "";
    showCards(false);
  }
  return selected && !opened ? true : noUpdate();
}
