/* The colour scheme that is on the page, for callbacks: Mantine's switch reports its own default until it is clicked. */
(function () {
  "use strict";

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
