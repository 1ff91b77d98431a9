/* Menus are the browser's own disclosures; closing them is left to the page. */

const opened = () => /** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll("details.menu[open]"));

/** Close an open menu after a click on one of its items or beside it, and at Escape. */
export function closeMenus() {
  document.addEventListener("click", ({ target }) => {
    if (!(target instanceof Element)) return;
    for (const menu of opened()) if (!menu.contains(target) || target.closest(".menu-items")) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of opened()) {
      menu.open = false;
      /** @type {HTMLElement | null} */ (menu.firstElementChild)?.focus();
    }
  });
}
