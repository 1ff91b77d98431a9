/* The galaxies in a plane of two quantities. */
import { Raster } from "../../raster/raster.mjs";

/** @import { View } from "../../raster/raster.mjs" */
/** @import { PlaceCodes } from "./columns.mjs" */

/** A raster with the names of its axes, and the initial view. */
export class Plane extends Raster {
  /**
   * @param {Uint32Array} order
   * @param {string[]} axes   two quantities
   * @param {PlaceCodes} x
   * @param {PlaceCodes} y
   */
  constructor(order, axes, x, y) {
    super(order, x, y);
    this.axes = axes;
    /** @type {View} */
    this.home = { x0: x.home[0], x1: x.home[1], y0: y.home[0], y1: y.home[1] };
  }
}
