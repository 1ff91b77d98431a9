/* Undo and redo. */

const MAX_STEPS = 100;

/**
 * A history of snapshots.
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
   * Append a snapshot unless it equals the present one, and drop undone ones. Return whether it was appended.
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
   * Go back (-1) or forward (1) and return the snapshot there, or null if there is none.
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
