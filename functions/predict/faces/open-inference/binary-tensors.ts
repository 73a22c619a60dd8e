import type { Datatype, Element } from './datatypes.ts';
import { datatypeForm } from './datatypes.ts';

/**
 * Tensors in binary behind the JSON of a request or an answer, one after the other. Numbers are
 * little-endian; each text has its length before it, in 4 bytes. Source:
 * https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
 */

const LENGTH_BYTES = 4;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads the elements of a tensor. NaN is a gap.
 *
 * @param maxElements how many are wanted: more are not read
 * @returns the elements, or what is wrong with the bytes
 */
export function readElements(bytes: Uint8Array, datatype: string, maxElements: number): Element[] | string {
  const form = datatypeForm(datatype)!;
  const { elementBytes, read } = form;
  if (elementBytes === undefined || read === undefined) return readTexts(bytes, maxElements);
  if (bytes.length !== elementBytes * maxElements)
    return `expected ${elementBytes * maxElements} bytes, got ${bytes.length}`;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const elements = new Array<Element>(maxElements);
  for (let i = 0; i < maxElements; i++) {
    const element = read(view, i * elementBytes);
    if (typeof element === 'number' && !Number.isFinite(element) && !Number.isNaN(element))
      return `element ${i} is infinite, or no double holds it`;
    elements[i] = Number.isNaN(element) ? null : element;
  }
  return elements;
}

function readTexts(bytes: Uint8Array, maxElements: number): Element[] | string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (texts.length === maxElements) return `expected ${maxElements} texts, got more`;
    const begin = at + LENGTH_BYTES;
    const end = begin > bytes.length ? Number.POSITIVE_INFINITY : begin + view.getUint32(at, true);
    if (end > bytes.length) return `text ${texts.length} ends behind the tensor`;
    const text = decoded(bytes.subarray(begin, end));
    if (text === undefined) return `text ${texts.length} is not UTF-8`;
    texts.push(text);
    at = end;
  }
  return texts.length === maxElements ? texts : `expected ${maxElements} texts, got ${texts.length}`;
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    // A decoder has no other way to say so.
    return undefined;
  }
}

/** Writes the elements of an output: texts, or doubles. */
export function writeElements(elements: readonly (string | number)[], datatype: Datatype): Buffer {
  if (datatype === 'BYTES') {
    return Buffer.concat(
      elements.flatMap((element) => {
        const text = Buffer.from(String(element));
        const length = Buffer.alloc(LENGTH_BYTES);
        length.writeUInt32LE(text.length);
        return [length, text];
      }),
    );
  }
  const bytes = Buffer.alloc(elements.length * 8);
  for (const [i, element] of elements.entries()) bytes.writeDoubleLE(element as number, i * 8);
  return bytes;
}
