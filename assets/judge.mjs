/* The page that judges a mock: the name of its file input, and downloads, which the browser already holds. */
import { noUpdate } from "./shell/dash.mjs";

const LATE = 100; // ms

/** Name the file input for screen readers by the text around it; Dash creates it late and without a name. */
export function mount() {
  const place = document.getElementById("judge-upload");
  const input = place?.querySelector("input[type=file]");
  input?.setAttribute("aria-label", place?.textContent?.trim() ?? "");
  if (!input && document.getElementById("judge")) setTimeout(mount, LATE);
  return noUpdate();
}

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
