/* Codes to values to colours: what a column's bytes stand for, how colours are stretched over them, where ticks go. */
(function (root) {
  "use strict";

  const CONTRAST = 8; // colours follow arcsinh(CONTRAST x): even steps below an eighth of the range, even ratios above

  const forward = (scale, value) => (scale.kind === "arcsinh" ? Math.asinh(value / scale.soft) : value);

  /** Value in the middle of a code's step: the inverse of components/figures/quantise.py. */
  function decode(scale, code, steps = 255) {
    const low = forward(scale, scale.low);
    const place = low + ((code - 1) / (steps - 1)) * (forward(scale, scale.high) - low);
    return scale.kind === "arcsinh" ? Math.sinh(place) * scale.soft : place;
  }

  /** How many galaxies have each of 256 codes. */
  function histogram(codes) {
    const counts = new Uint32Array(256);
    for (let i = 0; i < codes.length; i++) counts[codes[i]]++;
    return counts;
  }

  /** Code below which a percentage of the values lie; codes of 0 are no values. */
  function percentile(counts, percent) {
    let total = 0;
    for (let code = 1; code < 256; code++) total += counts[code];
    let seen = 0;
    for (let code = 1; code < 256; code++) {
      seen += counts[code];
      if (seen > 0 && seen >= (percent / 100) * total) return code;
    }
    return 255;
  }

  /** Values between which the colours run: percentiles, zero for widths, even on both sides for what diverges. */
  function limits(scale, counts, { clip, stretch, diverging }) {
    const [low, high] = [clip, 100 - clip].map((percent) => decode(scale, percentile(counts, percent)));
    if (diverging) {
      const reach = Math.max(Math.abs(low), Math.abs(high), 1e-6);
      return [-reach, reach];
    }
    if (scale.kind === "linear") return high > low ? [low, high] : [low - 0.5, low + 0.5];
    const top = Math.max(tidy(high), 1e-3);
    return stretch === "log" ? [Math.max(low, top / 1000, 0.01), top] : [0, top];
  }

  /** Two digits are enough for the end of a colour bar. */
  function tidy(value) {
    if (!(value > 0)) return value;
    const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
    return Math.round(value / unit) * unit;
  }

  /** Place of a value on the colour bar, 0 to 1. */
  function place([low, high], stretch, value) {
    const share = Math.min(1, Math.max(0, (value - low) / (high - low)));
    if (stretch === "log") return low > 0 && value > 0 ? clamp(Math.log(value / low) / Math.log(high / low)) : share;
    return stretch === "arcsinh" ? Math.asinh(CONTRAST * share) / Math.asinh(CONTRAST) : share;
  }

  const clamp = (share) => Math.min(1, Math.max(0, share));

  /** 256 colours, one a code. */
  function colorsOf(scale, range, stretch, palette) {
    return Array.from({ length: 256 }, (_, code) => {
      const share = place(range, stretch, decode(scale, Math.max(1, code)));
      return palette[Math.round(share * (palette.length - 1))];
    });
  }

  /** 256 colours between stops "#rrggbb", evenly spaced; `from` and `to` cut the ends off. */
  function palette(stops, from = 0, to = 1, size = 256) {
    const rgb = stops.map((stop) => [1, 3, 5].map((at) => parseInt(stop.slice(at, at + 2), 16)));
    return Array.from({ length: size }, (_, i) => {
      const at = (from + ((to - from) * i) / (size - 1)) * (rgb.length - 1);
      const k = Math.min(Math.floor(at), rgb.length - 2);
      const mixed = rgb[k].map((value, channel) => value + (rgb[k + 1][channel] - value) * (at - k));
      return `#${mixed.map((value) => roundEven(value).toString(16).padStart(2, "0")).join("")}`;
    });
  }

  function roundEven(value) {
    const floor = Math.floor(value);
    if (Math.abs(value - floor - 0.5) > 1e-9) return Math.round(value);
    return floor % 2 === 0 ? floor : floor + 1;
  }

  /** Round numbers within a range, about `count` of them. */
  function niceTicks(low, high, count = 4) {
    const rough = (high - low) / Math.max(1, count);
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) || 10);
    const ticks = [];
    for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) ticks.push(k * step);
    return ticks.map((tick) => Number(tick.toPrecision(12)) + 0);
  }

  /** Ticks of a colour bar: [value, place], ends included, none closer than `apart` to another. */
  function barTicks(range, stretch, apart = 0.14) {
    const [low, high] = range;
    const even = stretch === "linear" || low < 0;
    const wanted = even ? niceTicks(low, high, 4) : [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000].filter((v) => v > low && v < high);
    const ticks = [[low, 0]];
    for (const value of wanted) {
      const at = place(range, stretch, value);
      if (at - ticks[ticks.length - 1][1] >= apart && 1 - at >= apart) ticks.push([value, at]);
    }
    return [...ticks, [high, 1]];
  }

  function short(value) {
    const size = Math.abs(value);
    if (size === 0) return "0";
    const text = size >= 100 ? size.toFixed(0) : size >= 9.95 ? size.toFixed(size % 1 > 0.05 && size < 20 ? 1 : 0) : size >= 1 ? size.toFixed(1) : size.toFixed(2);
    return (value < 0 ? "−" : "") + (text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text);
  }

  root.galacticNeon = Object.assign(root.galacticNeon || {}, {
    scales: { barTicks, colorsOf, decode, histogram, limits, niceTicks, palette, percentile, place, short },
  });
})(globalThis);
