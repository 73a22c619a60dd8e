import type { UploadSummary } from '../../../../lib/http/schemas/models-api.ts';
import type { Tone } from './badge.tsx';

/** What became of an upload, in words. */
export const UPLOAD_STATES: Readonly<Record<UploadSummary['status'], readonly [Tone, string]>> = {
  received: ['plain', 'being read'],
  gone: ['warn', 'deleted before it was read'],
  failed: ['bad', 'failed: send it again'],
  refused: ['bad', 'refused'],
  accepted: ['plain', 'in training'],
  applied: ['good', 'contract in force'],
  training_failed: ['bad', 'training failed'],
  registered: ['warn', 'a version, not promoted'],
  promoted: ['good', 'champion'],
};
