import type { SeededRandom } from './seeded-random.ts';

/** Drawing `drawn` of `all` values without putting any back: how many of `marked` ones come along. */
export interface Draw {
  readonly all: number;
  readonly marked: number;
  readonly drawn: number;
}

/**
 * A number of marked values that come along, at random: by inversion from the mode, so that it takes about as many steps as the
 * spread is wide.
 */
export function drawMarked(draw: Draw, random: SeededRandom): number {
  const walk = new Walk(draw);
  let left = random.unit() - walk.chance;
  while (left > 0 && walk.step()) left -= walk.chance;
  return walk.value;
}

/**
 * The chance of a draw at least as far from what is expected as `seen` is, in either direction: an exact two-sided p-value for two cells,
 * the one that chi-square ranks by.
 */
export function exactPValue(draw: Draw, seen: number): number {
  const { all, marked, drawn } = draw;
  // In whole numbers, so that draws as far off on the other side count, whatever the rounding.
  const distance = (value: number) => Math.abs(value * all - marked * drawn);
  const walk = new Walk(draw);
  let near = 0;
  let far = 0;
  do {
    if (distance(walk.value) >= distance(seen)) far += walk.chance;
    else near += walk.chance;
  } while (walk.step());
  return far / (near + far);
}

/** All values that can come out, from the most likely one outwards on both sides in turn, each with its chance. */
class Walk {
  value: number;
  chance: number;
  readonly #draw: Draw;
  readonly #least: number;
  readonly #most: number;
  #down: { value: number; chance: number };
  #up: { value: number; chance: number };
  #goesDown = false;

  constructor(draw: Draw) {
    const { all, marked, drawn } = draw;
    this.#draw = draw;
    this.#least = Math.max(0, drawn + marked - all);
    this.#most = Math.min(marked, drawn);
    const mode = Math.floor(((drawn + 1) * (marked + 1)) / (all + 2));
    this.value = Math.max(this.#least, Math.min(this.#most, mode));
    this.chance = Math.exp(
      logChoose(marked, this.value) + logChoose(all - marked, drawn - this.value) - logChoose(all, drawn),
    );
    this.#down = { value: this.value, chance: this.chance };
    this.#up = { value: this.value, chance: this.chance };
  }

  /** Goes on to the next value; false when there is none left. */
  step(): boolean {
    const canDown = this.#down.value > this.#least;
    const canUp = this.#up.value < this.#most;
    if (!canDown && !canUp) return false;
    this.#goesDown = canDown && (!canUp || !this.#goesDown);
    const next = this.#goesDown ? this.#lower() : this.#higher();
    this.value = next.value;
    this.chance = next.chance;
    return true;
  }

  #lower() {
    const { all, marked, drawn } = this.#draw;
    const { value: k, chance } = this.#down;
    const ratio = (k * (all - marked - drawn + k)) / ((marked - k + 1) * (drawn - k + 1));
    this.#down = { value: k - 1, chance: chance * ratio };
    return this.#down;
  }

  #higher() {
    const { all, marked, drawn } = this.#draw;
    const { value: k, chance } = this.#up;
    const ratio = ((marked - k) * (drawn - k)) / ((k + 1) * (all - marked - drawn + k + 1));
    this.#up = { value: k + 1, chance: chance * ratio };
    return this.#up;
  }
}

const logChoose = (n: number, k: number) => logFactorial(n) - logFactorial(k) - logFactorial(n - k);

const SMALL = Array.from({ length: 16 }, (_, n) => {
  let product = 1;
  for (let factor = 2; factor <= n; factor++) product *= factor;
  return Math.log(product);
});

/** Stirling's series: its first left-out term is below 1e-12 from 16 on. */
function logFactorial(n: number): number {
  if (n < SMALL.length) return SMALL[n]!;
  const inverse = 1 / n;
  const square = inverse * inverse;
  const series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)));
  return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + series;
}
