/* What the Predict page says of one galaxy: the table of ten lines, the map, BPT and WHAN, the bars. No Dash here. */
(function () {
  "use strict";

  const neon = (window.galacticNeon = window.galacticNeon || {});
  const NOTHING = "–";

  function number(value) {
    if (!Number.isFinite(value)) return NOTHING;
    return value.toFixed(Math.abs(value) >= 1 ? 1 : 2).replace("-", "−");
  }

  /** A probability as the explorer writes it: nothing is certain. */
  function chance(share) {
    if (!Number.isFinite(share)) return NOTHING;
    return share < 0.995 ? `${Math.round(100 * share)} %` : "> 99 %";
  }

  function node(name, className, ...children) {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...children);
    return made;
  }

  const log10 = (a, b) => (a > 0 && b > 0 ? Math.log10(a / b) : NaN);

  /** One row per line, made once; `draw` changes its texts and bars. */
  class LineTable {
    constructor(box, lines, onChoose) {
      this.lines = lines;
      const head = ["Line", "EW [Å]", "68 % [Å]", "P(detected)", "", ""].map((title) => {
        const cell = node("th", "", title);
        cell.scope = "col";
        return cell;
      });
      this.drawnHead = head[4];
      this.drawnHead.className = "drawn";
      const caption = node("caption", "visually-hidden", "Predicted equivalent widths in Å");
      this.rows = lines.map((line, index) => this.row(line, () => onChoose(index)));
      const body = node("tbody", "", ...this.rows.map((row) => row.element));
      this.table = node("table", "line-table", caption, node("thead", "", node("tr", "", ...head)), body);
      box.replaceChildren(this.table);
    }

    row(line, choose) {
      const dot = node("span", "dot");
      dot.style.background = `var(--${line.accent})`;
      const name = node("button", "line-name", dot, line.label);
      name.type = "button";
      name.title = "Colour the map by this line, and show which starlight drives it";
      name.addEventListener("click", choose);
      const head = node("th", "", name);
      head.scope = "row";
      const [ew, ends, detected, drawn] = ["ew", "muted", "", "drawn"].map((kind) => node("td", kind));
      const bar = node("span", "interval-bar");
      const tick = node("span", "interval-tick");
      for (const part of [bar, tick]) part.style.background = `var(--${line.accent})`;
      const point = node("span", "interval-point");
      const strip = node("span", "interval interval-wide", bar, tick, point);
      strip.setAttribute("aria-hidden", "true");
      const element = node("tr", "", head, ew, ends, detected, drawn, node("td", "strip", strip));
      return { element, name, ew, ends, detected, drawn, bar, tick, point };
    }

    /** answer: { ew, p16, p84, pDetected or null, drawn or null, measured or null }; chosen: index of a line. */
    draw({ ew, p16, p84, pDetected, drawn, measured }, chosen) {
      const shown = [...ew, ...p84, ...(measured || [])].filter(Number.isFinite);
      const top = Math.asinh(1.1 * Math.max(1, ...shown));
      const percent = (value) => 100 * Math.min(Math.max(Math.asinh(Math.max(value, 0)) / top, 0), 1);
      this.table.classList.toggle("has-draw", Boolean(drawn));
      this.drawnHead.textContent = drawn ? "one draw" : "";
      this.rows.forEach((row, i) => {
        row.ew.textContent = number(ew[i]);
        row.ends.textContent = Number.isFinite(p16[i]) ? `${number(p16[i])}–${number(p84[i])}` : NOTHING;
        row.detected.textContent = pDetected ? chance(pDetected[i]) : NOTHING;
        row.drawn.textContent = drawn ? (drawn[i] > 0 ? number(drawn[i]) : "not detected") : "";
        row.name.setAttribute("aria-pressed", String(i === chosen));
        const [low, high] = [percent(p16[i]), percent(p84[i])];
        row.bar.style.cssText += `;left:${low}%;width:${Number.isFinite(low) ? high - low : 0}%`;
        row.tick.style.left = `${percent(ew[i])}%`;
        const given = measured && Number.isFinite(measured[i]);
        row.point.hidden = !given;
        if (given) row.point.style.left = `${percent(measured[i])}%`;
      });
    }
  }

  /** The pictures beside the table. */
  class Answer {
    constructor(find, manifest, background, onChoose) {
      Object.assign(this, { find, manifest });
      const at = (name) => manifest.lines.findIndex((line) => line.name === name);
      this.at = { ha: at("HALPHA"), hb: at("HBETA"), o3: at("OIII_5007"), n2: at("NII_6584") };
      this.table = new LineTable(find("lines"), manifest.lines, onChoose);
      this.map = new neon.plot.SkyMap(find("map"), background);
      this.bars = new neon.plot.Bars(find("bars"));
      this.bpt = new neon.plot.Diagram(find("bpt"), {
        label: "BPT diagram",
        xRange: [-1.25, 0.6],
        yRange: [-1.1, 1.25],
        xTitle: "log [N II]/Hα",
        yTitle: "log [O III]/Hβ",
        curves: [this.branch("kewley", false), this.branch("kauffmann", true)],
        background: this.cells(background, (ew) => this.bptPlace(ew)),
      });
      this.whan = new neon.plot.Diagram(find("whan"), {
        label: "WHAN diagram",
        xRange: [-1.25, 0.6],
        yRange: [-0.8, 2.3],
        xTitle: "log [N II]/Hα",
        yTitle: "log EW(Hα)",
        curves: [
          [[-0.4, Math.log10(3)], [-0.4, 2.3]],
          [[-0.4, Math.log10(6)], [0.6, Math.log10(6)]],
          [[-1.25, Math.log10(3)], [0.6, Math.log10(3)]],
          [[-1.25, Math.log10(0.5)], [0.6, Math.log10(0.5)]],
        ].map((points) => ({ points })),
        background: this.cells(background, (ew) => this.whanPlace(ew)),
      });
    }

    bptPlace(ew) {
      return [log10(ew[this.at.n2], ew[this.at.ha]), log10(ew[this.at.o3], ew[this.at.hb])];
    }

    whanPlace(ew) {
      return [log10(ew[this.at.n2], ew[this.at.ha]), log10(ew[this.at.ha], 1)];
    }

    branch(name, dashed) {
      const { end, y } = neon.plot.BRANCHES[name];
      const points = Array.from({ length: 120 }, (_, i) => -1.25 + (i * (end - 0.02 + 1.25)) / 119);
      return { points: points.map((x) => [x, y(x)]), dashed };
    }

    cells(background, place) {
      const most = Math.max(...background.n);
      return background.n
        .map((n, cell) => [...place(background.ew.map((values) => values[cell])), Math.sqrt(n / most)])
        .filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
    }

    /** Colour the map; again when the line or the colour scheme changes. */
    paintMap(line) {
      const scheme = document.documentElement.dataset.mantineColorScheme === "light" ? "light" : "dark";
      const key = `${line}|${scheme}`;
      if (this.painted === key) return;
      this.painted = key;
      const top = this.map.paint(line, this.manifest.colors[scheme]);
      this.find("map-title").textContent = `median ${this.manifest.lines[line].label} EW of real galaxies`;
      this.find("map-top").textContent = number(top);
    }

    draw(answer, change, line, others) {
      this.table.draw(answer, line);
      this.paintMap(line);
      this.map.draw(answer.place, others && others.map);
      const about = this.manifest.lines[line];
      this.bars.draw({ change, accent: about.accent, edges: this.manifest.edges, name: about.label });
      this.find("bars-line").textContent = `${about.label}, Å per 1 % more light in a bin`;
      const [x, y] = this.bptPlace(answer.ew);
      const bpt = neon.plot.bptClass(x, y);
      this.bpt.draw({ x, y, words: bpt, others: others && others.bpt });
      this.find("bpt-class").textContent = bpt;
      const [x2, y2] = this.whanPlace(answer.ew);
      const whan = neon.plot.whanClass(x2, answer.ew[this.at.ha]);
      this.whan.draw({ x: x2, y: y2, words: whan, others: others && others.whan });
      this.find("whan-class").textContent = whan;
    }

    stop() {
      for (const picture of [this.bars, this.bpt, this.whan]) picture.stop();
    }
  }

  neon.answer = { Answer, node, number };
})();
