import * as z from 'zod/mini';

/** What the quality gate said of a version. Apart from the gate itself, which those who only read verdicts do without. */
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

/** Serialisable as it is: the registry keeps it beside the version. */
export type GateVerdict = z.infer<typeof gateVerdict>;
type GateTest = GateVerdict['tests'][number];

/** A verdict in a word: `warned` when it passed with something that a person should look at. */
export function gateOutcome({ passed, tests }: GateVerdict): 'passed' | 'warned' | 'failed' {
  if (!passed) return 'failed';
  return tests.some(({ outcome }) => outcome === 'warned') ? 'warned' : 'passed';
}

/** What stood in the way, in words for people; empty when it passed. */
export const describeFailures = (verdict: GateVerdict) => describe(verdict, 'failed');

/** What a person should look at although it passed; empty when there is nothing. */
export const describeWarnings = (verdict: GateVerdict) => describe(verdict, 'warned');

function describe({ tests }: GateVerdict, wanted: GateTest['outcome']): string {
  return tests
    .filter(({ outcome }) => outcome === wanted)
    .map(({ detail }) => detail)
    .join('; ');
}
