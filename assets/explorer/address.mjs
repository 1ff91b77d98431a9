/* The state as an address says it (components/view.py holds the schema), and the steps back and forward. */
(function (root) {
  "use strict";

  const VERSION = 1;
  const MAX_STEPS = 100;
  const digits = (value) => Number(value.toPrecision(5)).toString();

  /** One field as text, or null where it is the default. */
  function write({ kind, allowed, default: usual }, value) {
    if (value === null || value === undefined || JSON.stringify(value) === JSON.stringify(usual)) return null;
    if (kind === "several") return value.map((each) => allowed.find(([, name]) => name === each)[0]).join("");
    if (kind === "flag") return value ? "1" : "0";
    if (kind === "numbers") return value.map(digits).join(",");
    return kind === "number" ? digits(value) : String(value);
  }

  /** The query of an address: what differs from the defaults, then catalogue, galaxy, gate and search. */
  function query(fields, state, { catalogue, galaxy, gate, find } = {}) {
    const parts = [];
    for (const field of fields) {
      const text = write(field, state[field.name]);
      if (text !== null) parts.push([field.key, text]);
    }
    if (galaxy) parts.push(["galaxy", galaxy]);
    if (gate) parts.push(["gate", writeGate(gate)]);
    if (find) parts.push(["find", find]);
    if (parts.length) parts.unshift(["v", String(VERSION)]);
    if (catalogue) parts.unshift(["catalogue", catalogue]);
    const text = parts.map(([key, value]) => `${key}=${encodeURIComponent(value).replace(/%2C/g, ",")}`).join("&");
    return text ? `?${text}` : "";
  }

  function writeGate({ x, y, polygon }) {
    return [x, y, ...polygon.map((corner) => corner.map(digits).join(","))].join("~");
  }

  /** Snapshots to go back and forward through. */
  class Steps {
    constructor(first) {
      this.kept = [first];
      this.at = 0;
    }

    /** Remember a snapshot unless it is the one shown; what was undone before is gone. */
    push(snapshot) {
      if (JSON.stringify(snapshot) === JSON.stringify(this.kept[this.at])) return false;
      this.kept.splice(this.at + 1, Infinity, snapshot);
      if (this.kept.length > MAX_STEPS) this.kept.shift();
      this.at = this.kept.length - 1;
      return true;
    }

    move(by) {
      const to = this.at + by;
      if (to < 0 || to >= this.kept.length) return null;
      this.at = to;
      return this.kept[to];
    }

    can(by) {
      return this.at + by >= 0 && this.at + by < this.kept.length;
    }
  }

  root.galacticNeon = Object.assign(root.galacticNeon || {}, { address: { Steps, query, writeGate } });
})(globalThis);
