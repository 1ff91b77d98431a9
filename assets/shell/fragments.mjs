/* What the server answers as markup and figures goes where it belongs (components/answer.py), escaped on the server: the
 * browser parses a table in less time than it mounts one component. */
(function () {
  "use strict";

  function fill(answer) {
    for (const [id, html] of Object.entries((answer && answer.html) || {})) {
      const place = document.getElementById(id);
      if (place) place.innerHTML = html;
    }
    for (const [id, figure] of Object.entries((answer && answer.figures) || {})) {
      const place = document.getElementById(id);
      if (place) window.galacticNeon.figure.draw(place, figure);
    }
  }

  window.galacticNeon = Object.assign(window.galacticNeon || {}, { fill });
  window.dash_clientside = Object.assign({}, window.dash_clientside, { answer: { fill } });
})();
