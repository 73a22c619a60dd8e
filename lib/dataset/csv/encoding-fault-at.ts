import { RefusedFileError } from '../../errors.ts';
import { encodingFault } from '../source/encoding-fault.ts';
import { countLines, lineAround } from './lines.ts';

/**
 * Error for a text that is not UTF-8.
 *
 * @param at offset of the first invalid byte
 * @param firstLine number of the line in which the bytes begin
 */
export function encodingFaultAt(bytes: Uint8Array, at: number, firstLine = 1): RefusedFileError {
  const { from, to } = lineAround(bytes, at);
  const line = firstLine + countLines(bytes.subarray(0, from));
  const { message, fix } = encodingFault(line, bytes.subarray(from, to), at - from);
  return new RefusedFileError('encoding', message, { line, fix });
}
