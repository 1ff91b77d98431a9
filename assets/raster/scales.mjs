/* Convert codes to values and colours, and compute limits, stretches and ticks of colour bars. */

/**
 * @typedef {"linear" | "log" | "arcsinh"} Stretch   of colours over values
 * @typedef {[number, number]} Range                 the values of the first and the last colour
 *
 * @typedef {object} Scale   of codes, see components/figures/quantise.py
 * @property {"linear" | "arcsinh"} kind
 * @property {number} low
 * @property {number} high
 * @property {number} soft
 */

const CONTRAST = 8; // colours follow arcsinh(CONTRAST x): even steps below an eighth of the range, even ratios above

/** @type {(scale: Scale, value: number) => number} */
const forward = (scale, value) => (scale.kind === "arcsinh" ? Math.asinh(value / scale.soft) : value);

/**
 * Return the value at the middle of a code's step, the inverse of `encode` in components/figures/quantise.py.
 * @param {Scale} scale
 * @param {number} code
 * @param {number} [steps]
 */
export function decode(scale, code, steps = 255) {
  const low = forward(scale, scale.low);
  const at = low + ((code - 1) / (steps - 1)) * (forward(scale, scale.high) - low);
  return scale.kind === "arcsinh" ? Math.sinh(at) * scale.soft : at;
}

/**
 * Return the number of galaxies with each of 256 codes.
 * @param {ArrayLike<number>} codes
 */
export function histogram(codes) {
  const counts = new Uint32Array(256);
  for (let i = 0; i < codes.length; i++) counts[codes[i]]++;
  return counts;
}

/**
 * Return the code of a percentile; codes of 0 are ignored.
 * @param {Uint32Array} counts
 * @param {number} percent
 */
export function percentile(counts, percent) {
  let total = 0;
  for (let code = 1; code < 256; code++) total += counts[code];
  let seen = 0;
  for (let code = 1; code < 256; code++) {
    seen += counts[code];
    if (seen > 0 && seen >= (percent / 100) * total) return code;
  }
  return 255;
}

/**
 * Return the values of the first and last colour: percentiles, or zero to a percentile for EWs, or symmetric about zero
 * for diverging quantities.
 * @param {Scale} scale
 * @param {Uint32Array} counts
 * @param {{clip: number, stretch: Stretch, diverging: boolean}} how   clip: percentage of values beyond either end
 * @returns {Range}
 */
export function limits(scale, counts, { clip, stretch, diverging }) {
  const [low, high] = [clip, 100 - clip].map((percent) => decode(scale, percentile(counts, percent)));
  if (diverging) {
    const reach = Math.max(Math.abs(low), Math.abs(high), 1e-6);
    return [-reach, reach];
  }
  if (scale.kind === "linear") return high > low ? [low, high] : [low - 0.5, low + 0.5];
  const top = Math.max(twoDigits(high), 1e-3);
  return stretch === "log" ? [Math.max(low, top / 1000, 0.01), top] : [0, top];
}

/**
 * Return a number rounded to two digits, for the ends of a colour bar.
 * @param {number} value
 */
function twoDigits(value) {
  if (!(value > 0)) return value;
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Math.round(value / unit) * unit;
}

/**
 * Return the position of a value on the colour bar, 0 to 1.
 * @param {Range} range
 * @param {Stretch} stretch
 * @param {number} value
 */
export function place([low, high], stretch, value) {
  const share = Math.min(1, Math.max(0, (value - low) / (high - low)));
  if (stretch === "log") return low > 0 && value > 0 ? clamp(Math.log(value / low) / Math.log(high / low)) : share;
  return stretch === "arcsinh" ? Math.asinh(CONTRAST * share) / Math.asinh(CONTRAST) : share;
}

/** @type {(share: number) => number} */
const clamp = (share) => Math.min(1, Math.max(0, share));

/**
 * Return 256 colours, one per code.
 * @param {Scale} scale
 * @param {Range} range
 * @param {Stretch} stretch
 * @param {string[]} colors   of the palette, from its first to its last
 */
export function colorsOf(scale, range, stretch, colors) {
  return Array.from({ length: 256 }, (_, code) => {
    const share = place(range, stretch, decode(scale, Math.max(1, code)));
    return colors[Math.round(share * (colors.length - 1))];
  });
}

/**
 * Return `size` colours interpolated between evenly spaced stops "#rrggbb", from `from` to `to` (0 to 1).
 * @param {string[]} stops
 * @param {number} [from]
 * @param {number} [to]
 * @param {number} [size]
 */
export function palette(stops, from = 0, to = 1, size = 256) {
  const rgb = stops.map((stop) => [1, 3, 5].map((at) => parseInt(stop.slice(at, at + 2), 16)));
  return Array.from({ length: size }, (_, i) => {
    const at = (from + ((to - from) * i) / (size - 1)) * (rgb.length - 1);
    const k = Math.min(Math.floor(at), rgb.length - 2);
    const mixed = rgb[k].map((value, channel) => value + (rgb[k + 1][channel] - value) * (at - k));
    return `#${mixed.map((value) => roundEven(value).toString(16).padStart(2, "0")).join("")}`;
  });
}

/** @param {number} value */
function roundEven(value) {
  const floor = Math.floor(value);
  if (Math.abs(value - floor - 0.5) > 1e-9) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * Return round numbers within a range, about `count` of them.
 * @param {number} low
 * @param {number} high
 * @param {number} [count]
 */
export function niceTicks(low, high, count = 4) {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) || 10);
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) ticks.push(k * step);
  return ticks.map((tick) => Number(tick.toPrecision(12)) + 0);
}

/**
 * Return the ticks of a colour bar as values and positions, including its ends, at least `apart` from each other.
 * @param {Range} range
 * @param {Stretch} stretch
 * @param {number} [apart]
 * @returns {[number, number][]}
 */
export function barTicks(range, stretch, apart = 0.14) {
  const [low, high] = range;
  const even = stretch === "linear" || low < 0;
  const wanted = even ? niceTicks(low, high, 4) : [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000].filter((v) => v > low && v < high);
  /** @type {[number, number][]} */
  const ticks = [[low, 0]];
  for (const value of wanted) {
    const at = place(range, stretch, value);
    if (at - ticks[ticks.length - 1][1] >= apart && 1 - at >= apart) ticks.push([value, at]);
  }
  return [...ticks, [high, 1]];
}
