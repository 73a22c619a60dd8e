import type { BatchSummary } from '../../../../lib/http/schemas/batches-api.ts';
import type { Tone } from '../parts/badge.tsx';

/** How a batch stands, in words. */
export const BATCH_STATES: Readonly<Record<BatchSummary['state'], readonly [Tone, string]>> = {
  running: ['plain', 'being predicted'],
  done: ['good', 'done'],
  failed: ['bad', 'failed'],
  refused: ['bad', 'refused'],
};
