import * as z from 'zod/mini';

/**
 * The quality gate's verdict on a version. It has its own file because code that only reads verdicts does not
 * need the gate.
 */
export const gateVerdict = z.strictObject({
  passed: z.boolean(),
  tests: z.array(
    z.strictObject({
      test: z.enum(['baseline', 'floor', 'champion']),
      outcome: z.enum(['passed', 'warned', 'failed', 'not_applicable']),
      detail: z.string(),
    }),
  ),
});

/** Can be serialised as it is: the registry stores it with the version. */
export type GateVerdict = z.infer<typeof gateVerdict>;
type GateTest = GateVerdict['tests'][number];

/** A verdict in one word: `warned` when it passed with a warning for a person to read. */
export function gateOutcome({ passed, tests }: GateVerdict): 'passed' | 'warned' | 'failed' {
  if (!passed) return 'failed';
  return tests.some(({ outcome }) => outcome === 'warned') ? 'warned' : 'passed';
}

/** The reasons for a failure, in words for people; empty when it passed. */
export const describeFailures = (verdict: GateVerdict) => describe(verdict, 'failed');

/** The warnings of a verdict that passed, in words for people; empty when there are none. */
export const describeWarnings = (verdict: GateVerdict) => describe(verdict, 'warned');

function describe({ tests }: GateVerdict, wanted: GateTest['outcome']): string {
  return tests
    .filter(({ outcome }) => outcome === wanted)
    .map(({ detail }) => detail)
    .join('; ');
}
