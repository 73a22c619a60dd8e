import { byCodeUnits } from '../code-units.ts';
import { compareSequencers } from '../storage/object-events.ts';
import type { SourcePosition } from './decisions.ts';

/**
 * Sequencers order the events of one key only. Different keys are ordered by the time of the upload, which S3
 * tells to the second, and within a second by the key, so that the order of deliveries does not decide.
 */
export function isOlder(source: SourcePosition, mark: SourcePosition): boolean {
  if (source.key === mark.key && source.sequencer !== null && mark.sequencer !== null) {
    return compareSequencers(source.sequencer, mark.sequencer) < 0;
  }
  if (source.uploaded_at !== mark.uploaded_at) return source.uploaded_at < mark.uploaded_at;
  return byCodeUnits(source.key, mark.key) < 0;
}

/** The newer of two marks. A mark without a value counts as older. */
export function newerMark(a: SourcePosition | null, b: SourcePosition | null): SourcePosition | null {
  if (a === null || b === null) return a ?? b;
  return isOlder(a, b) ? b : a;
}
