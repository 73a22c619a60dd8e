// Loaded before a build by `node --import`: moves the clock of the process forward by a year.
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
