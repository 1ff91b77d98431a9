/* Steps back and forward. */

const MAX_STEPS = 100;

/**
 * Snapshots to go back and forward through.
 * @template Snapshot
 */
export class Steps {
  #at = 0;
  /** @type {Snapshot[]} */
  #kept;

  /** @param {Snapshot} first */
  constructor(first) {
    this.#kept = [first];
  }

  /**
   * Remember a snapshot unless it is the one shown; what was undone before is forgotten. Return whether it is new.
   * @param {Snapshot} snapshot
   */
  push(snapshot) {
    if (JSON.stringify(snapshot) === JSON.stringify(this.#kept[this.#at])) return false;
    this.#kept.splice(this.#at + 1, Infinity, snapshot);
    if (this.#kept.length > MAX_STEPS) this.#kept.shift();
    this.#at = this.#kept.length - 1;
    return true;
  }

  /**
   * Go back or forward and return the snapshot there, null where there is none.
   * @param {number} by
   */
  move(by) {
    if (!this.can(by)) return null;
    this.#at += by;
    return this.#kept[this.#at];
  }

  /** @param {number} by */
  can(by) {
    return this.#at + by >= 0 && this.#at + by < this.#kept.length;
  }
}
