/* Close menus, which are <details> elements that the browser does not close itself. */

const opened = () => /** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll("details.menu[open]"));

/** Close open menus after a click on an item or outside, and on Escape. */
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
