import type { VersionDetail } from '../../../../lib/http/schemas/models-api.ts';
import { margin, score } from '../words.ts';

/** Which of two versions is better, and whether that can be chance: each was tested on rows of its own. */
export function verdict(a: Pick<VersionDetail, 'model_version' | 'metrics'>, b: typeof a): string {
  const [first, second] = [a.metrics.macro_f1, b.metrics.macro_f1];
  if (first === undefined || second === undefined)
    return 'Which is better is not known: one has no macro-F1.';
  const difference = score(Math.abs(second - first));
  if (Number(difference) === 0) return `Both reach macro-F1 ${score(first)}.`;
  const better = second > first ? b : a;
  const words = `${better.model_version} is better by ${difference} macro-F1`;
  const errors = [a, b].map(({ metrics }) => metrics.macro_f1_standard_error ?? 0);
  // Without a mistake in its test, a version's error is not known: then nothing is said of chance.
  if (errors.includes(0)) return `${words}.`;
  const chance = margin(Math.hypot(...errors));
  return Math.abs(second - first) <= chance
    ? `${words}, within ± ${score(chance)} (95%): it may be chance.`
    : `${words}, more than ± ${score(chance)} (95%).`;
}
