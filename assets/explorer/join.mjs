/* The explorer joined to Dash: its stores and controls on one side, assets/explorer.js on the other; address, undo, keys. */
(function () {
  "use strict";

  const neon = window.galacticNeon;
  const ADDRESS_DELAY = 300; // ms without a change before the address is written and a step remembered
  const LONGEST_FIND = 1500; // characters
  const MAX_SEED = 9999;
  const CONTROL = "explorer-view-";
  const PANELS = "explorer-panels";
  const SWITCHES = new Set(["lock", "missing", "contours"]);
  const OVERLAYS = ".mantine-Modal-content, .mantine-Popover-dropdown, details.menu[open]"; // Escape closes these first
  const WORDS = { small: "No galaxy lies there." };
  let current = null; // {explorer, manifest, ids, steps, ...} of the page that is open

  /** A page that was left takes its stores along: what a timer or an animation says late has nobody to hear it. */
  const set = (id, props) => current && current.page.isConnected && window.dash_clientside.set_props(id, props);

  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));

  /** Paint a page's panels as soon as they are in the document: Dash calls nobody before it has gone through the rest. */
  function open(page) {
    if (current) current.explorer.end();
    const manifest = JSON.parse(page.dataset.manifest);
    const join = { manifest, page, ids: manifest.ids, galaxy: manifest.galaxy || "" };
    current = join;
    join.explorer = new neon.Explorer(manifest, page, {
      // The stores hear of it when the filled cards are on the screen: what Dash does with a store holds the browser up.
      selected: (row) => neon.galaxy.show(row).then(painted).then(() => join.explorer.selected === row && set(join.ids.selected, { data: { row } })),
      selection: (data) => set(join.ids.selection, { data: data.count ? data : null }) || (data.count || say(WORDS.small)),
      state: (state) => told(join, state),
      tool: (name) => set(join.ids.tool, { value: name }),
      say,
    });
    neon.explorer = join.explorer;
    neon.galaxy.open({ ...manifest, say, named: (name) => named(join, name) });
    keys(join);
  }

  function arrive() {
    const page = document.getElementById(PANELS);
    if (page && !(current && current.page === page)) open(page);
  }

  new MutationObserver(arrive).observe(document, { childList: true, subtree: true });

  /** Dash is there: what the address brought is told to those who listen, and steps are remembered from here on. */
  function start(_catalogue, selection) {
    arrive();
    const join = current;
    join.explorer.ready.then(() => {
      join.steps = new neon.address.Steps(snapshot(join));
      join.page.dataset.axes = "joined";
    });
    if (join.explorer.selected >= 0) set(join.ids.selected, { data: { row: join.explorer.selected } });
    if (selection) set(join.ids.selection, { data: { ...selection } });
    return "";
  }

  function say(sentence) {
    const join = current;
    set(join.ids.status, { children: sentence });
    clearTimeout(join.saying);
    join.saying = setTimeout(() => set(join.ids.status, { children: "" }), 6000);
  }

  // ---- address and steps ------------------------------------------------------------------------------------------

  function told(join, state) {
    join.state = state;
    clearTimeout(join.writing);
    join.writing = setTimeout(() => remember(join), ADDRESS_DELAY);
  }

  /** The chosen galaxy's name, for the address. */
  function named(join, name) {
    join.galaxy = name;
    told(join, join.explorer.state);
  }

  const snapshot = ({ explorer }) => ({ state: explorer.state, row: explorer.selected, selection: explorer.selection || null });

  function remember(join) {
    if (current !== join || !join.page.isConnected || join.explorer.stop.signal.aborted) return;
    const { state, gate } = join.explorer;
    set(join.ids.view, { data: state });
    const more = { catalogue: join.manifest.catalogue, galaxy: join.explorer.selected >= 0 ? join.galaxy : "", gate, find: findable(join.explorer.selection) };
    history.replaceState(history.state, "", location.pathname + neon.address.query(join.manifest.fields, state, more));
    if (join.steps && join.steps.push(snapshot(join))) showSteps(join);
  }

  /** A search goes into the address unless it is a long list: browsers and servers cut long addresses. */
  const findable = (selection) => (selection && selection.find && selection.find.length <= LONGEST_FIND ? selection.find : "");

  function showSteps({ steps, ids }) {
    set(ids.undo, { disabled: !steps.can(-1) });
    set(ids.redo, { disabled: !steps.can(1) });
  }

  function step(by) {
    const join = current;
    const kept = join && join.steps && join.steps.move(by);
    if (!kept) return;
    showSteps(join);
    for (const { name } of join.manifest.fields) {
      if (JSON.stringify(kept.state[name]) !== JSON.stringify(join.explorer.state[name])) setControl(name, kept.state[name]);
    }
    if (kept.row !== join.explorer.selected) set(join.ids.selected, { data: kept.row < 0 ? null : { row: kept.row } });
    if (kept.selection !== (join.explorer.selection || null)) set(join.ids.selection, { data: kept.selection });
    join.explorer.apply(kept.state);
  }

  function setControl(name, value) {
    if (name === "seed") return set(current.ids.seed, { data: value });
    if (name === "zoom") return undefined;
    return set(CONTROL + name, SWITCHES.has(name) ? { checked: value } : { value });
  }

  // ---- keys -------------------------------------------------------------------------------------------------------

  function keys(join) {
    const typing = ({ target }) => target.closest && target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
    window.addEventListener(
      "keydown",
      (event) => {
        if (typing(event)) return;
        const command = event.ctrlKey || event.metaKey;
        if (command && event.key.toLowerCase() === "z") {
          event.preventDefault();
          step(event.shiftKey ? 1 : -1);
        } else if (event.key === "?") set(join.ids.keys, { opened: true });
        else if (event.key === "Escape" && !covered()) clear(join);
      },
      // Before whoever closes an overlay: by then it is still there to be seen.
      { signal: join.explorer.stop.signal, capture: true },
    );
  }

  const covered = () => [...document.querySelectorAll(OVERLAYS)].some((overlay) => overlay.checkVisibility());

  /** Escape lets go of the population first, then of the galaxy. */
  function clear(join) {
    if (join.explorer.selection) set(join.ids.selection, { data: null });
    else if (join.explorer.selected >= 0) set(join.ids.selected, { data: null });
  }

  // ---- what Dash calls; without a page it does nothing -------------------------------------------------------------

  const button = (act) => (clicks) => void (clicks && current && act(current));

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    explorer: {
      start,
      /** A control was moved: only what was touched changes, so that controls set together do not undo each other. */
      control() {
        const touched = window.dash_clientside.callback_context.triggered;
        if (!current || !touched.length) return;
        const part = {};
        for (const { prop_id: id, value } of touched) {
          if (!id.startsWith(CONTROL)) continue;
          const name = id.slice(CONTROL.length).replace(/\.\w+$/, "");
          const { kind, allowed } = current.manifest.fields.find((field) => field.name === name);
          if (kind === "several") {
            const ordered = allowed.map(([, each]) => each).filter((each) => value.includes(each));
            if (ordered.length) part[name] = ordered;
            else setControl(name, current.explorer.state[name]); // at least one
          } else part[name] = value;
        }
        current.explorer.change(part);
      },
      tool(name) {
        if (!current || !name) return;
        current.explorer.tool = name;
        current.explorer.page.dataset.tool = name;
      },
      /** Show something in the panels, their controls along; what is not named stays. */
      look(part) {
        if (!current || !part) return;
        for (const [name, value] of Object.entries(part)) setControl(name, value);
        current.explorer.change(part);
      },
      realise: (seed) => void (current && current.explorer.change({ seed })),
      nextSeed: (clicks, seed) => (clicks ? (seed % MAX_SEED) + 1 : window.dash_clientside.no_update),
      mark(selected) {
        if (!current) return;
        current.explorer.mark(selected ? selected.row : -1);
        told(current, current.explorer.state);
      },
      choose(selection, found) {
        const nothing = window.dash_clientside.no_update;
        if (!current) return [nothing, nothing];
        const { explorer, manifest } = current;
        if ((selection || null) !== (explorer.selection || null)) {
          neon.selection.choose(explorer, selection || null);
          told(current, explorer.state);
        }
        const typing = window.dash_clientside.callback_context.triggered.some(({ prop_id: id }) => id.startsWith(current.ids.found));
        const n = manifest.n.toLocaleString("en");
        const count = selection ? `${selection.count.toLocaleString("en")} of ${n}` : `${n} galaxies`;
        return [typing && found ? found : count, selection ? {} : { display: "none" }];
      },
      clear: button((join) => set(join.ids.selection, { data: null })),
      zoomIn: button(({ explorer }) => explorer.key("zoomIn")),
      zoomOut: button(({ explorer }) => explorer.key("zoomOut")),
      resetView: button(({ explorer }) => explorer.reset()),
      undo: button(() => step(-1)),
      redo: button(() => step(1)),
      copyLink: button(async (join) => {
        remember(join);
        say((await copy(location.href)) ? "The link is copied." : `The browser did not let the page copy. The link: ${location.href}`);
      }),
      printPng: button(({ explorer }) => print(explorer, "png")),
      printSvg: button(({ explorer }) => print(explorer, "svg")),
      axes: (view) => (view === "xy" ? {} : { display: "none" }),
    },
  });

  function print(explorer, format) {
    neon.print.save(explorer, format).catch(() => say("The picture could not be made. Try again."));
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false; // the browser does not let pages write to the clipboard here
    }
  }
})();
