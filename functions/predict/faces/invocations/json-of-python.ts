import { decodedText } from '../../../../lib/http/request.ts';
import { parseStrictJson } from '../../../../lib/http/strict-json.ts';

/** A whole text, which is left as it is, or NaN as a value. A text that does not end goes to the end. */
const TEXT_OR_NAN = /"(?:[^"\\]|\\.)*(?:"|$)|(?<![\w.+$-])NaN(?![\w.+$-])/gs;

/**
 * Reads JSON as Python writes it: `json.dumps` has NaN for a gap, and with it MLflow's own client and
 * SageMaker's serializer, whose servers read it. All else is as strict as elsewhere; columns that a fault
 * names count `null` for each NaN before it in its line.
 *
 * @throws HttpError 400
 */
export function parseJsonOfPython(bytes: Uint8Array): unknown {
  const text = decodedText(bytes);
  if (!text.includes('NaN')) return parseStrictJson(text);
  return parseStrictJson(text.replace(TEXT_OR_NAN, (token) => (token === 'NaN' ? 'null' : token)));
}
