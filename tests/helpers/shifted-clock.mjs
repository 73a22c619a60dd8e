// Loaded before a build by `node --import`: the same process a year later.
const Real = Date;
const YEAR_MS = 365 * 24 * 3600 * 1000;

globalThis.Date = class extends Real {
  constructor(...parts) {
    if (parts.length === 0) super(Real.now() + YEAR_MS);
    else super(...parts);
  }

  static now() {
    return Real.now() + YEAR_MS;
  }
};
