import { RefusedFileError } from '../../errors.ts';
import { encodingFault } from '../source/encoding-fault.ts';
import { countLines, lineAround } from './lines.ts';

/**
 * The refusal of a text that is no UTF-8.
 *
 * @param at where the first byte stands that does not belong
 * @param firstLine the number of the line that the bytes begin in
 */
export function encodingFaultAt(bytes: Uint8Array, at: number, firstLine = 1): RefusedFileError {
  const { from, to } = lineAround(bytes, at);
  const line = firstLine + countLines(bytes.subarray(0, from));
  const { message, fix } = encodingFault(line, bytes.subarray(from, to), at - from);
  return new RefusedFileError('encoding', message, { line, fix });
}
