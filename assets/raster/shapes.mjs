/* Plane geometry: polygons, paths, contours. */

/** @typedef {number[]} Point   x, y */

/**
 * Return whether a polygon contains a point (even-odd rule).
 * @param {Point[]} polygon
 * @param {number} x
 * @param {number} y
 */
export function contains(polygon, x, y) {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i];
    const [xj, yj] = polygon[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/**
 * Return a path without points that lie closer than `tolerance` to the simplified path (Ramer-Douglas-Peucker).
 * @param {Point[]} path
 * @param {number} tolerance
 * @returns {Point[]}
 */
export function simplify(path, tolerance) {
  if (path.length < 3) return path.slice();
  const [first, last] = [path[0], path[path.length - 1]];
  const length = Math.hypot(last[0] - first[0], last[1] - first[1]);
  let worst = 0;
  let at = 0;
  for (let i = 1; i < path.length - 1; i++) {
    const [x, y] = path[i];
    const cross = (last[0] - first[0]) * (first[1] - y) - (first[0] - x) * (last[1] - first[1]);
    const distance = length > 0 ? Math.abs(cross) / length : Math.hypot(x - first[0], y - first[1]);
    if (distance > worst) [worst, at] = [distance, i];
  }
  if (worst <= tolerance) return [first, last];
  return [...simplify(path.slice(0, at + 1), tolerance).slice(0, -1), ...simplify(path.slice(at), tolerance)];
}

/**
 * Return a grid of counts smoothed with a 1-4-6-4-1 kernel in both directions.
 * @param {Float32Array} counts
 * @param {number} columns
 * @param {number} rows
 */
export function smooth(counts, columns, rows) {
  const kernel = [1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16];
  /** @type {(from: Float32Array, stepX: number, stepY: number) => Float32Array} */
  const pass = (from, stepX, stepY) => {
    const to = new Float32Array(from.length);
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        let sum = 0;
        for (let k = -2; k <= 2; k++) {
          const cx = x + k * stepX;
          const cy = y + k * stepY;
          if (cx >= 0 && cy >= 0 && cx < columns && cy < rows) sum += kernel[k + 2] * from[cy * columns + cx];
        }
        to[y * columns + x] = sum;
      }
    }
    return to;
  };
  return pass(pass(counts, 1, 0), 0, 1);
}

/**
 * Return the densities whose contours enclose the given shares of all counts.
 * @param {Float32Array} counts
 * @param {number[]} shares
 */
export function levelsOf(counts, shares) {
  const sorted = Float32Array.from(counts).sort().reverse();
  const total = sorted.reduce((sum, value) => sum + value, 0);
  let seen = 0;
  let k = 0;
  return shares.map((share) => {
    while (k < sorted.length - 1 && seen + sorted[k] < share * total) seen += sorted[k++];
    return sorted[k];
  });
}

/**
 * Return the segments [x0, y0, x1, y1] of a grid's contour at a level (marching squares), in units of its squares.
 * @param {Float32Array} values
 * @param {number} columns
 * @param {number} rows
 * @param {number} level
 * @returns {number[][]}
 */
export function contour(values, columns, rows, level) {
  /** @type {number[][]} */
  const segments = [];
  /** @type {(a: number, b: number) => number} */
  const cut = (a, b) => (level - a) / (b - a);
  for (let y = 0; y < rows - 1; y++) {
    for (let x = 0; x < columns - 1; x++) {
      const i = y * columns + x;
      const [a, b, c, d] = [values[i], values[i + 1], values[i + columns + 1], values[i + columns]];
      const crossings = [];
      if (a > level !== b > level) crossings.push([x + cut(a, b), y]);
      if (b > level !== c > level) crossings.push([x + 1, y + cut(b, c)]);
      if (d > level !== c > level) crossings.push([x + cut(d, c), y + 1]);
      if (a > level !== d > level) crossings.push([x, y + cut(a, d)]);
      for (let k = 0; k + 1 < crossings.length; k += 2) segments.push([...crossings[k], ...crossings[k + 1]]);
    }
  }
  return segments;
}
