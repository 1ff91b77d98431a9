/* What every page has. The colour scheme that is on the page, for callbacks: Mantine's switch reports its own default
   until it is clicked. And menus that close. */
(function () {
  "use strict";

  // Menus are the browser's own disclosures; it leaves closing them to the page.
  const opened = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    for (const menu of opened()) if (!menu.contains(event.target) || event.target.closest(".menu-items")) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of opened()) {
      menu.open = false;
      menu.firstElementChild.focus();
    }
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    shell: {
      scheme(reported) {
        const shown = document.documentElement.dataset.mantineColorScheme;
        const known = shown === "dark" || shown === "light";
        return known && shown !== reported ? shown : window.dash_clientside.no_update;
      },
    },
  });
})();
