/* A message when the server refuses a callback or cannot be reached, which Dash would pass over in silence. */
import { node } from "./dom.mjs";

const CALLBACKS = "/_dash-update-component";
const SHOWN = 12_000; // ms

/**
 * Return the sentence about a failed response, with the server's reason where it gives one.
 * @param {Response | null} answer null if the server could not be reached
 */
export async function sentenceOf(answer) {
  if (!answer) return "The server cannot be reached. Check the connection, and try again.";
  const body = await answer.json().catch(() => null);
  const reason = typeof body?.error === "string" ? body.error : "";
  return reason || `The server could not answer (status ${answer.status}). Try again, or reload the page.`;
}

/**
 * Return a function like `fetch` that also passes a sentence to `say` for each callback of Dash that fails.
 * @param {typeof window.fetch} send
 * @param {(sentence: string) => void} say
 * @returns {typeof window.fetch}
 */
export function watched(send, say) {
  return async (input, options) => {
    const address = typeof input === "string" ? input : input instanceof URL ? input.href : input.url;
    if (!address.includes(CALLBACKS)) return send(input, options);
    try {
      const answer = await send(input, options);
      if (!answer.ok) say(await sentenceOf(answer.clone()));
      return answer;
    } catch (error) {
      // A page that is left aborts its requests.
      if (!options?.signal?.aborted && document.visibilityState === "visible") say(await sentenceOf(null));
      throw error;
    }
  };
}

/** Show such messages above the page, each for a while or until it is closed. */
export function showFailures() {
  const place = node("div", "failures");
  place.setAttribute("role", "status");
  /** @param {string} sentence */
  const say = (sentence) => {
    const close = node("button", "failure-close", "×");
    close.type = "button";
    close.setAttribute("aria-label", "Close");
    const message = node("div", "failure", node("p", "", sentence), close);
    close.addEventListener("click", () => message.remove());
    setTimeout(() => message.remove(), SHOWN);
    place.replaceChildren(message);
    if (!place.isConnected) document.body.append(place);
  };
  window.fetch = watched(window.fetch.bind(window), say);
}
