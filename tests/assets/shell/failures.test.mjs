/* Messages about callbacks that fail. */
import assert from "node:assert/strict";
import test from "node:test";
import { sentenceOf, watched } from "../../../assets/shell/failures.mjs";

const CALLBACK = "/_dash-update-component";

/**
 * Call a watched fetch and return what it said.
 * @param {string} address
 * @param {() => Response} answer
 */
async function said(address, answer) {
  /** @type {string[]} */
  const sentences = [];
  const fetch = watched(async () => answer(), (sentence) => sentences.push(sentence));
  const response = await fetch(address);
  return { sentences, text: await response.text() };
}

test("the server's own reason is shown, and Dash still reads the response", async () => {
  const body = JSON.stringify({ error: "Try again in 42 seconds." });
  const { sentences, text } = await said(CALLBACK, () => new Response(body, { status: 429 }));
  assert.deepEqual(sentences, ["Try again in 42 seconds."]);
  assert.equal(text, body);
});

test("a failure without a reason is shown with its status", async () => {
  const { sentences } = await said(`https://a.example${CALLBACK}`, () => new Response("<h1>Bad gateway", { status: 502 }));
  assert.match(sentences[0], /status 502/);
});

test("what succeeds, and requests that are not callbacks, say nothing", async () => {
  assert.deepEqual((await said(CALLBACK, () => new Response("{}"))).sentences, []);
  assert.deepEqual((await said("/columns/x.bin", () => new Response("", { status: 500 }))).sentences, []);
});

test("a server that cannot be reached is told", async () => {
  assert.match(await sentenceOf(null), /cannot be reached/);
});
