import type { SeededRandom } from './seeded-random.ts';

/** Draws `drawn` of `all` values without replacement; `marked` of all values are marked. */
export interface Draw {
  readonly all: number;
  readonly marked: number;
  readonly drawn: number;
}

/**
 * A random number of drawn marked values, by inversion from the mode, so that it takes about as many steps as
 * the distribution is wide.
 */
export function drawMarked(draw: Draw, random: SeededRandom): number {
  const walk = new Walk(draw);
  let left = random.unit() - walk.chance;
  while (left > 0 && walk.step()) left -= walk.chance;
  return walk.value;
}

/**
 * The probability of a draw at least as far from the expected count as `seen`, in either direction: the exact
 * two-sided p-value for two cells that ranks as chi-square does.
 */
export function exactPValue(draw: Draw, seen: number): number {
  const { all, marked, drawn } = draw;
  // In whole numbers, so that rounding does not exclude equally distant draws on the other side.
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

/**
 * All possible values, from the most likely one outwards on both sides in turn, each with its probability.
 */
class Walk {
  value: number;
  chance: number;
  readonly #draw: Draw;
  readonly #min: number;
  readonly #max: number;
  #down: { value: number; chance: number };
  #up: { value: number; chance: number };
  #goesDown = false;

  constructor(draw: Draw) {
    const { all, marked, drawn } = draw;
    this.#draw = draw;
    this.#min = Math.max(0, drawn + marked - all);
    this.#max = Math.min(marked, drawn);
    const mode = Math.floor(((drawn + 1) * (marked + 1)) / (all + 2));
    this.value = Math.max(this.#min, Math.min(this.#max, mode));
    this.chance = Math.exp(
      logChoose(marked, this.value) + logChoose(all - marked, drawn - this.value) - logChoose(all, drawn),
    );
    this.#down = { value: this.value, chance: this.chance };
    this.#up = { value: this.value, chance: this.chance };
  }

  /** Moves to the next value. Returns false when there is none. */
  step(): boolean {
    const canDown = this.#down.value > this.#min;
    const canUp = this.#up.value < this.#max;
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

/** Stirling's series. Its first omitted term is below 1e-12 from 16 on. */
function logFactorial(n: number): number {
  if (n < SMALL.length) return SMALL[n]!;
  const inverse = 1 / n;
  const square = inverse * inverse;
  const series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)));
  return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + series;
}
