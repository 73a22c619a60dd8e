import { readDecimal } from '../../columns/numeric/decimal.ts';
import { RefusedFileError } from '../../errors.ts';
import { shown } from '../../text-safety.ts';
import { anotherLabel } from './another-label.ts';

/** More distinct numbers than this are a quantity, however many rows there are. */
const MAX_NUMBERS = 50;
/** More than this are a quantity if they are also more than a tenth of the rows. */
const FEW_NUMBERS = 10;
const MAX_SHARE = 0.1;

/**
 * Refuses a label of numbers that are a quantity and not classes. Other texts among them, such as "unknown",
 * are classes and say nothing of that.
 *
 * @param texts its distinct values, numbers as plain decimals
 * @param rows the number of rows, 0 where it is not known yet
 * @param others other columns that look like a label
 * @throws RefusedFileError `regression`
 */
export function checkNumericLabel(
  name: string,
  texts: ReadonlySet<string>,
  rows: number,
  others: readonly string[] = [],
): void {
  const decimals = [...texts].filter((text) => 'value' in readDecimal(text));
  const numbers = new Set(decimals.map(Number));
  const fraction = decimals.find((text) => !Number.isInteger(Number(text)));
  const isMany =
    numbers.size > MAX_NUMBERS || (numbers.size > FEW_NUMBERS && numbers.size > MAX_SHARE * rows);
  if (fraction === undefined && !isMany) return;
  const what =
    fraction === undefined
      ? `${numbers.size} different numbers${rows > 0 ? ` in ${rows} rows` : ''}`
      : `numbers such as ${fraction}`;
  throw new RefusedFileError(
    'regression',
    `the label ${shown(name)} holds ${what}: a quantity, where a classifier needs a few classes`,
    {
      fix: `group it into classes, or ${anotherLabel(others)}; if each number is a class, list it there: "columns": [{"name": ${JSON.stringify(name)}, "type": "categorical"}]`,
    },
  );
}

/** Whether an integer begins with a superfluous zero: 02138 is a code. */
export const isZeroLed = (text: string) => /^0\d+$/.test(text);

/** Gives all spellings of one number the same text: 0 for 0.0. Other texts stay as they are. */
export function numberLabel(text: string, decimal: '.' | ',' = '.'): string {
  const value = Number(decimal === ',' ? text.replace(',', '.') : text);
  return text.trim() !== '' && Number.isFinite(value) ? String(value + 0) : text;
}
