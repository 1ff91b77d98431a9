/* The rooms of the browser's modules: they import downwards, and keep to themselves what the page's globals are. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";

const ASSETS = new URL("../../assets/", import.meta.url);
const PAGES = ["predict", "synthesize", "explorer"];
const ROOMS = ["shell", "raster", "network", "pictures", "tables", "predict", "synthesize", "explorer"]; // a room may import those before it

/** @type {{room: string, name: string, code: string}[]} */
const modules = ROOMS.flatMap((room) =>
  readdirSync(new URL(room, ASSETS), { recursive: true, encoding: "utf-8" })
    .filter((name) => name.endsWith(".mjs"))
    .map((name) => ({ room, name: `${room}/${name}`, code: readFileSync(new URL(`${room}/${name}`, ASSETS), "utf-8") })),
);

for (const { room, name, code } of modules) {
  test(`${name} imports downwards`, () => {
    const imported = [...code.matchAll(/^(?:import|\}) .*from "(\..*)";$/gm)].map(([, path]) => new URL(path, new URL(name, ASSETS)));
    const rooms = imported.map((path) => path.href.slice(ASSETS.href.length).split("/")[0]);
    for (const other of rooms.filter((other) => other !== room)) {
      assert.ok(ROOMS.indexOf(other) < ROOMS.indexOf(room), `${name} imports ${other}`);
      assert.ok(!(PAGES.includes(room) && PAGES.includes(other)), "pages do not know each other");
    }
  });
}

test("one module knows the names that Dash puts on the window", () => {
  const knowing = modules.filter(({ code }) => /\.dash_clientside\b/.test(code)).map(({ name }) => name);
  assert.deepEqual(knowing, ["shell/dash.mjs"]);
});
