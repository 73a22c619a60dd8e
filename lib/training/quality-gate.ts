import * as z from 'zod/mini';
import type { GateVerdict } from './gate-verdict.ts';

/** What a version must reach to be promoted automatically. Closed: a misspelt option fails. */
export const gateSettings = z.strictObject({
  /** How much macro-F1 a new version may lose against the champion. */
  champion_margin: z._default(z.number().check(z.minimum(0), z.maximum(1)), 0.02),
  /** With fewer held-out rows than this, the comparison with the champion is too uncertain to decide. */
  champion_min_rows: z._default(z.int().check(z.minimum(1)), 50),
  /** The minimum macro-F1; null for none. */
  floor: z._default(z.nullable(z.number().check(z.minimum(0), z.maximum(1))), null),
});

export type GateSettings = z.infer<typeof gateSettings>;

/** The gate's input. All scores are macro-F1 on the same held-out rows. */
export interface GateCase {
  readonly score: number;
  /** The standard error of `score`: how much it would vary with other rows. */
  readonly standardError: number;
  /** The score of the better of two guesses that ignore the features: see Baseline. */
  readonly baseline: number;
  readonly heldOutRows: number;
  /** The version that serves predictions now; null before the first promotion. */
  readonly champion: {
    readonly version: number;
    /** Null when it cannot predict these rows because its features differ. */
    readonly score: number | null;
  } | null;
}

type GateTest = GateVerdict['tests'][number];

/** Judges a version. It passes when no test fails. */
export function judge(given: GateCase, settings: GateSettings): GateVerdict {
  const tests = [againstBaseline(given), againstFloor(given, settings), againstChampion(given, settings)];
  return { passed: tests.every(({ outcome }) => outcome !== 'failed'), tests };
}

/**
 * A first version within one standard error of the baseline passes with a warning: an answer that says how
 * unsure it is, is better than none. A later version would replace a champion.
 */
function againstBaseline({ score, standardError, baseline, champion }: GateCase): GateTest {
  const compared = `macro-F1 ${shown(score)} against ${shown(baseline)} of guessing without the features`;
  if (score - baseline > standardError) return { test: 'baseline', outcome: 'passed', detail: compared };
  const within = `${compared}, standard error ${shown(standardError)}`;
  const isClose = score + standardError >= baseline;
  if (champion === null && isClose) {
    return { test: 'baseline', outcome: 'warned', detail: `hardly better than guessing: ${within}` };
  }
  if (score > baseline)
    return { test: 'baseline', outcome: 'warned', detail: `hardly better than guessing: ${within}` };
  return { test: 'baseline', outcome: 'failed', detail: `no better than guessing: ${within}` };
}

function againstFloor({ score }: GateCase, { floor }: GateSettings): GateTest {
  if (floor === null) return { test: 'floor', outcome: 'not_applicable', detail: 'no least macro-F1 is set' };
  if (score >= floor)
    return { test: 'floor', outcome: 'passed', detail: `macro-F1 ${shown(score)}, at least ${shown(floor)}` };
  return {
    test: 'floor',
    outcome: 'failed',
    detail: `macro-F1 ${shown(score)} is below the least that is set, ${shown(floor)}`,
  };
}

function againstChampion(
  { score, champion, heldOutRows }: GateCase,
  { champion_margin, champion_min_rows }: GateSettings,
): GateTest {
  const test = 'champion';
  if (champion === null) return { test, outcome: 'not_applicable', detail: 'there is no champion yet' };
  if (champion.score === null) {
    const detail = `v${champion.version} cannot be compared: it has other features, no rows of its own, or cannot be read`;
    return { test, outcome: 'not_applicable', detail };
  }
  const compared = `macro-F1 ${shown(score)} against ${shown(champion.score)} of v${champion.version} on the same ${heldOutRows} rows`;
  if (heldOutRows < champion_min_rows) {
    const detail = `${compared}: fewer than ${champion_min_rows} rows decide nothing`;
    return { test, outcome: 'not_applicable', detail };
  }
  if (score >= champion.score - champion_margin) return { test, outcome: 'passed', detail: compared };
  return {
    test,
    outcome: 'failed',
    detail: `worse than the champion: ${compared}, margin ${shown(champion_margin)}`,
  };
}

const shown = (score: number) => score.toFixed(4);
