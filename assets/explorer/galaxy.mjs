/* The chosen galaxy: fetch its cards from server/routes/galaxies.py and insert them. */
import { noUpdate } from "../shell/dash.mjs";
import { around, byId } from "../shell/dom.mjs";
import { fill } from "../pictures/fragments.mjs";
import { Pending, requestJson } from "../shell/requests.mjs";

/** @import { Fragments } from "../pictures/fragments.mjs" */
/** @import { Manifest } from "./manifest.mjs" */

/**
 * @typedef {Fragments & {name: string, elsewhere: boolean}} Answer   elsewhere: the archive may have its spectrum
 *
 * @typedef {object} Page   the open explorer
 * @property {Pick<Manifest, "galaxies" | "version">} manifest
 * @property {(name: string) => void} named        called with the name of the galaxy shown
 * @property {(sentence: string) => void} say
 * @property {(row: number) => void} select        chooses another galaxy
 */

const CARDS = ["explorer", "galaxy-details"];
const WAITING = "galaxy-waiting";
const KEPT = 30; // answers in the cache

/** @type {Record<string, string>} parameters of the spectrum's figure */
const look = { scheme: "dark", frame: "rest", smoothing: "0" };
/** @type {Pending<Answer>} */
const answers = new Pending(KEPT);
/** @type {Page | null} */
let page = null;
let wanted = ""; // address of the galaxy that is shown or being loaded

/** @param {boolean} shown */
function showCards(shown) {
  for (const id of CARDS) document.getElementById(id)?.classList.toggle("is-empty", !shown);
}

/** @param {string} address */
const fetchAnswer = (address) => answers.get(address, () => requestJson(address));

/**
 * Show a galaxy; resolves when its cards are filled, or when another galaxy is wanted meanwhile.
 * @param {number} row
 */
export async function show(row) {
  if (!page) return;
  const { manifest, named, say } = page;
  const address = `${manifest.galaxies}${row}.json?${new URLSearchParams({ v: manifest.version, ...look })}`;
  if (address === wanted) return;
  wanted = address;
  try {
    const answer = await fetchAnswer(address);
    if (wanted !== address) return;
    showCards(true);
    fill(answer);
    named(answer.name);
    byId(WAITING).hidden = true;
    if (answer.elsewhere) fetchFromArchive(address, say);
  } catch {
    if (wanted !== address) return;
    wanted = "";
    say("The galaxy could not be loaded. Click it again.");
  }
}

/**
 * Add the spectrum from the archive, which may take seconds; the cards are shown meanwhile.
 * @param {string} address
 * @param {Page["say"]} say
 */
async function fetchFromArchive(address, say) {
  const waiting = byId(WAITING);
  waiting.hidden = false;
  const found = await fetchAnswer(`${address}&archive=1`).catch(() => null);
  if (wanted !== address) return; // another galaxy is shown, and sets `hidden` itself
  waiting.hidden = true;
  if (found) {
    fill(found);
    return;
  }
  wanted = ""; // so that another click on the same galaxy fetches it again
  say("The spectrum could not be requested from the archive. Click the galaxy again.");
}

/** Choose a galaxy when its name is clicked anywhere on the page. */
export function followNames() {
  document.addEventListener("click", (event) => {
    const link = around(event, "[data-row]");
    if (link) page?.select(Number(link.dataset.row));
  });
}

/**
 * Use a newly opened page, whose cards are empty.
 * @param {Page} opened
 */
export function open(opened) {
  page = opened;
  wanted = "";
  answers.clear();
}

/**
 * Callback of Dash: show the chosen galaxy with these settings; return true when a galaxy is chosen for the first time.
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
