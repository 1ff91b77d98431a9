/* Copy texts. */

const NOTE_SHOWN = 4000; // ms for which a note is shown

/**
 * Copy a text and show a note; if the browser denies access to the clipboard, show the text.
 * @param {string} text   an address may begin with its path
 * @param {Element} note
 * @param {string} done   text of the note
 */
export async function copy(text, note, done) {
  const full = text.startsWith("/") ? window.location.origin + text : text;
  try {
    await navigator.clipboard.writeText(full);
    note.textContent = done;
  } catch {
    note.textContent = full;
  }
  setTimeout(() => (note.textContent = ""), NOTE_SHOWN);
}
