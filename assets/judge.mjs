/* Downloads of a judgement, which the browser already holds. */
import { noUpdate } from "./shell/dash.mjs";

/** @typedef {{ html: string, json: string }} Files */

/**
 * @param {number | null} clicks
 * @param {Files | null} files
 */
export function saveHtml(clicks, files) {
  return clicks && files ? { content: files.html, filename: "judgement.html", type: "text/html" } : noUpdate();
}

/**
 * @param {number | null} clicks
 * @param {Files | null} files
 */
export function saveJson(clicks, files) {
  return clicks && files ? { content: files.json, filename: "judgement.json", type: "application/json" } : noUpdate();
}
