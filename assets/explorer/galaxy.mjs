/* The chosen galaxy: what the server says of it is asked for here, and put into its cards (server/galaxies.py). */
(function () {
  "use strict";

  const neon = (window.galacticNeon = window.galacticNeon || {});
  const BESIDE = "explorer";
  const DETAILS = "galaxy-details";
  const WAITING = "galaxy-waiting";
  const KEPT = 30; // answers: stepping back to a galaxy asks nobody

  const look = { scheme: "dark", frame: "rest", smoothing: "0" };
  const kept = new Map();
  let page = null; // {galaxies, version, named(name), say(sentence)} of the page that is open
  let wanted = ""; // address of what is shown or on its way

  const element = (id) => document.getElementById(id);

  function showCards(shown) {
    for (const id of [BESIDE, DETAILS]) if (element(id)) element(id).classList.toggle("is-empty", !shown);
  }

  async function request(address) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  }

  function ask(address) {
    if (!kept.has(address)) {
      const coming = request(address);
      coming.catch(() => kept.delete(address));
      kept.set(address, coming);
      if (kept.size > KEPT) kept.delete(kept.keys().next().value);
    }
    return kept.get(address);
  }

  /** Show a galaxy; resolves when its cards are filled, or another one is wanted by then. */
  async function show(row) {
    const address = `${page.galaxies}${row}.json?${new URLSearchParams({ v: page.version, ...look })}`;
    if (address === wanted) return;
    wanted = address;
    try {
      const answer = await ask(address);
      if (wanted !== address) return;
      showCards(true);
      neon.fill(answer);
      page.named(answer.name);
      element(WAITING).hidden = true;
      if (answer.elsewhere) lookElsewhere(address);
    } catch {
      if (wanted !== address) return;
      wanted = "";
      page.say("The galaxy could not be loaded. Click it again.");
    }
  }

  /** The archive may take seconds: what is known is shown meanwhile. */
  async function lookElsewhere(address) {
    const waiting = element(WAITING);
    waiting.hidden = false;
    const found = await ask(`${address}&archive=1`).catch(() => null);
    if (wanted !== address) return; // whoever is shown now says whether it waits
    waiting.hidden = true;
    if (found) neon.fill(found);
    else {
      wanted = ""; // so that the same galaxy may be asked for again
      page.say("The archive could not be asked for the spectrum. Click the galaxy again.");
    }
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("[data-row]");
    if (link && neon.explorer) neon.explorer.select(Number(link.dataset.row));
  });

  neon.galaxy = {
    show,
    say: (sentence) => page && page.say(sentence),
    /** A page has come; its cards are empty. */
    open(arrived) {
      page = arrived;
      wanted = "";
      kept.clear();
    },
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    galaxy: {
      /** What Dash's stores and switches say; true once a galaxy has been chosen. */
      choose(selected, scheme, frame, smoothing, opened) {
        Object.assign(look, { scheme: scheme || look.scheme, frame, smoothing });
        if (selected && page) show(selected.row);
        else {
          wanted = "";
          showCards(false);
        }
        return selected && !opened ? true : window.dash_clientside.no_update;
      },
    },
  });
})();
