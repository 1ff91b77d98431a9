/* What every SVG picture of our own is made of: elements, round numbers, a frame that follows the size of its box. */
(function () {
  "use strict";

  const neon = (window.galacticNeon = window.galacticNeon || {});
  const SVG = "http://www.w3.org/2000/svg";

  function el(name, attributes, ...children) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  /** Three to six round numbers from 0 to `top`. */
  function ticks(top, count = 5) {
    const rough = top / count;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].find((s) => s * power >= rough) * power;
    return Array.from({ length: Math.floor(top / step) + 1 }, (_, i) => Number((i * step).toPrecision(12)));
  }

  function tidy(value) {
    const size = Math.abs(value);
    if (value !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(1).replace("e", " e").replace("-", "−");
    return String(Number(value.toPrecision(4))).replace("-", "−");
  }

  const fixed = (value, digits = 2) => value.toFixed(digits);

  /** A picture in CSS pixels that follows the size of its box. */
  class Picture {
    constructor(box, label) {
      this.box = box;
      this.svg = el("svg", { role: "group", "aria-label": label, class: "picture" });
      box.replaceChildren(this.svg);
      this.watch = new ResizeObserver(() => this.resize());
      this.watch.observe(box);
    }

    resize() {
      const { width, height } = this.box.getBoundingClientRect();
      if (!width || (width === this.width && height === this.height)) return;
      Object.assign(this, { width, height });
      this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      this.layout();
      if (this.data) this.draw(this.data);
    }

    layout() {}

    stop() {
      this.watch.disconnect();
    }
  }

  neon.picture = { el, ticks, tidy, fixed, Picture };
})();
