import { readDecimal } from '../../columns/numeric/decimal.ts';

/** What a spreadsheet may take for a formula. Source: OWASP, "CSV Injection". */
const FORMULA_START = /^[=+\-@\t\r]/;

/** A field as RFC 4180 text that no spreadsheet executes: neutralised by a leading apostrophe unless it is a number, quoted where it must be. */
export function csvField(text: string): string {
  const isFormula = FORMULA_START.test(text) && !('value' in readDecimal(text));
  const safe = isFormula ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
