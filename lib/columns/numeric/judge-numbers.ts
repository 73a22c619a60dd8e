import { mayBeGap } from '../other-texts.ts';
import type { ColumnSample, ReadingContext, SampledTexts } from '../reading.ts';
import { readDecimal } from './decimal.ts';
import {
  decimalIn,
  formatsIn,
  looksLikeNumber,
  type NumberFormat,
  type NumberParts,
  PLAIN_FORMAT,
  partsOf,
  provesMarks,
  usesGroup,
  WRITTEN_AS,
  type WrittenAs,
  writtenAs,
} from './number-format.ts';
import { measuresIn, type UnreadAs, unreadAs } from './unread-number.ts';

/** If at least this share of the present cells are numbers, the column is numeric. */
const NUMBER_SHARE = 0.95;
/** From this share on it is numeric too, if only a few other texts occur. */
const FEW_TEXTS_SHARE = 0.5;
const FEW_TEXTS = 3;

/** A leading zero shows that an integer is a code: 02138, 007. */
const LEADING_ZERO = /^[+-]?0\d+$/;
const INTEGER = /^[+-]?\d+$/;

/** Verdict on a sample as a column of numbers in one format. */
export interface NumbersVerdict {
  readonly format: NumberFormat;
  /** Texts that are neither numbers in this format nor gaps, the most frequent first, with their counts. */
  readonly others: readonly (readonly [text: string, count: number])[];
  /** Cells that are not gaps. */
  readonly present: number;
  /** A text that another format reads as well, as another number, if that other format may be meant. */
  readonly ambiguous?: string;
}

/** Name of a number format in a contract. */
export type NamedFormat = WrittenAs | 'accounting' | 'plain';

interface Cell {
  readonly text: string;
  readonly count: number;
  readonly isPlain: boolean;
  readonly parts: NumberParts | undefined;
}

/**
 * Judges whether a column holds numbers, and in which format; undefined when it does not.
 *
 * @param named the format that a contract gives. With `accounting`, parentheses mean a negative number; any
 *   other is preferred to plain decimals where both read the column
 */
export function judgeNumbers(
  sample: ColumnSample,
  context: ReadingContext,
  named?: NamedFormat,
): NumbersVerdict | undefined {
  if (sample.hasLeadingZeros) return undefined;
  const preferred = WRITTEN_AS.find((name) => name === named);
  const asNamed = preferred && formattedVerdict(sample, context, (format) => writtenAs(format) === preferred);
  if (asNamed) return asNamed;
  const hasParentheses = named === 'accounting';
  const { verdict: plain, areCodes: arePlainCodes } = plainVerdict(sample, context);
  if (!isGood(plain)) return formattedVerdict(sample, context, undefined, hasParentheses);
  if (arePlainCodes) return undefined;
  if (!plain.others.some(([text]) => looksLikeNumber(text))) return pointsRead(plain, sample, context);
  // 1 and 2 among 0,5 and 1,5 are plain too, so the format that reads more cells is the column's.
  const formatted = formattedVerdict(sample, context, undefined, hasParentheses);
  return formatted && rest(formatted) < rest(plain) ? formatted : plain;
}

/** Verdict for the one format that reads most of the cells. */
function formattedVerdict(
  sample: ColumnSample,
  context: ReadingContext,
  isWanted: (format: NumberFormat) => boolean = () => true,
  hasParentheses = false,
): NumbersVerdict | undefined {
  const cells = presentCells(sample, context);
  if (cells.length === 0 || areCodes(cells)) return undefined;
  const verdicts = verdictsOf(cells, candidates(cells, context, hasParentheses).filter(isWanted));
  const good = verdicts.filter((verdict) => isGood(verdict));
  const minRest = Math.min(...good.map(rest));
  const best = good.filter((verdict) => rest(verdict) === minRest);
  return best.length <= 1 ? best[0] : decided(best, cells, context);
}

const GROUPED_BY_POINT: NumberFormat = { ...PLAIN_FORMAT, decimal: ',', group: '.' };

/**
 * Decides what points mean in a column of plain decimals that may be thousands, too, as 950, 1.250 and 12.400
 * may. Where the file's decimal mark is a comma, they are, which is said if each number has a point: these
 * may be decimals. Elsewhere it is said if some number has none: among decimals that are rounded alike that
 * is rare.
 */
function pointsRead(plain: NumbersVerdict, sample: ColumnSample, context: ReadingContext): NumbersVerdict {
  const isComma = context.decimal === ',';
  if (!mayBeThousands(sample.plainValues, isComma || holdsPoint(sample.others))) return plain;
  const cells = presentCells(sample, context);
  const grouped = verdictOf(cells, GROUPED_BY_POINT);
  const example = cells.find(({ parts }) => usesGroup(parts, GROUPED_BY_POINT));
  if (!example || rest(grouped) > rest(plain)) return plain;
  const by = context.decimalBy;
  const hasInteger = cells.some(({ text }) => INTEGER.test(text));
  const isDoubtful = isComma ? by === undefined || (by === 'columns' && !hasInteger) : !by && hasInteger;
  const verdict = isComma ? grouped : plain;
  return isDoubtful ? { ...verdict, ambiguous: example.text } : verdict;
}

/** Whether some text, which is no common decimal or came late, has a point. */
function holdsPoint(texts: SampledTexts): boolean {
  for (let i = 0; i < texts.size; i++) if (texts.textOf(i).includes('.')) return true;
  return false;
}

/**
 * Whether all numbers may be integers below a million with a mark between thousands, as far as their values
 * as decimals show. It settles most columns without a look at their texts.
 */
function mayBeThousands(values: Float64Array, mayBeRound: boolean): boolean {
  let hasFraction = mayBeRound;
  for (const value of values) {
    const size = Math.abs(value);
    const thousandths = size * 1000;
    if (size >= 1000 || Math.abs(thousandths - Math.round(thousandths)) > 1e-6) return false;
    if (Number.isInteger(size)) continue;
    if (size < 1) return false;
    hasFraction = true;
  }
  return hasFraction && values.length > 0;
}

/**
 * Verdict on plain decimals, without reading the text of any common one: it settles nearly all columns of
 * numbers.
 */
function plainVerdict(sample: ColumnSample, { numberGaps }: ReadingContext) {
  const others: [text: string, count: number][] = [];
  let plain = sample.plainCells;
  for (const text of numberGaps) if (isDecimal(text)) plain -= sample.countOfText(text);
  let [present, large] = [plain, 0];
  for (let i = 0; i < sample.others.size; i++) {
    const text = sample.others.textOf(i);
    if (numberGaps.has(text)) continue;
    const count = sample.others.countOf(i);
    present += count;
    if (!isDecimal(text)) {
      others.push([text, count]);
      continue;
    }
    plain += count;
    if (isLarge(text)) large += count;
  }
  others.sort((a, b) => b[1] - a[1]);
  return { verdict: { format: PLAIN_FORMAT, others, present }, areCodes: large * 2 > plain };
}

/** A number out of range is still a number: its row is rejected with that code. */
function isDecimal(text: string): boolean {
  const verdict = readDecimal(text);
  return 'value' in verdict || verdict.fault === 'range';
}

const isLarge = (text: string) => INTEGER.test(text) && !Number.isSafeInteger(Number(text));

/** Cells of the column that was judged last: each is judged several times, and taking texts apart is slow. */
let lastCells = new WeakMap<ColumnSample, { readonly gaps: ReadonlySet<string>; readonly cells: Cell[] }>();

function presentCells(sample: ColumnSample, { numberGaps }: ReadingContext): readonly Cell[] {
  const known = lastCells.get(sample);
  if (known?.gaps === numberGaps) return known.cells;
  const cells: Cell[] = [];
  for (let i = 0; i < sample.texts.size; i++) {
    const text = sample.texts.textOf(i);
    if (numberGaps.has(text)) continue;
    cells.push({ text, count: sample.texts.countOf(i), isPlain: isDecimal(text), parts: partsOf(text) });
  }
  lastCells = new WeakMap();
  lastCells.set(sample, { gaps: numberGaps, cells });
  return cells;
}

/** Integers with leading zeros, or mostly ones too large for a double, are codes and not numbers. */
function areCodes(cells: readonly Cell[]): boolean {
  let [plain, large] = [0, 0];
  for (const { text, count, isPlain } of cells) {
    if (!isPlain) continue;
    if (LEADING_ZERO.test(text)) return true;
    plain += count;
    if (isLarge(text)) large += count;
  }
  return large * 2 > plain;
}

function candidates(
  cells: readonly Cell[],
  context: ReadingContext,
  hasParentheses: boolean,
): NumberFormat[] {
  return formatsIn(cells, hasParentheses).filter(
    ({ decimal, group }) => decimal === '.' || group !== '' || context.mayBeDecimalComma,
  );
}

/** Verdicts for those formats of which the cells have each mark. */
function verdictsOf(cells: readonly Cell[], formats: readonly NumberFormat[]): NumbersVerdict[] {
  return (
    formats
      // A group mark that no cell has would only admit texts that the format without it refuses.
      .filter((format) => format.group === '' || cells.some(({ parts }) => usesGroup(parts, format)))
      .map((format) => verdictOf(cells, format))
  );
}

function verdictOf(cells: readonly Cell[], format: NumberFormat): NumbersVerdict {
  const others = cells.filter(({ parts }) => {
    const decimal = decimalIn(parts, format);
    return decimal === undefined || !isDecimal(decimal);
  });
  return {
    format,
    others: others.map(({ text, count }) => [text, count] as const).sort((a, b) => b[1] - a[1]),
    present: cells.reduce((sum, { count }) => sum + count, 0),
  };
}

/**
 * The format of numbers of which a contract says that they are plain: with the point where that reads them
 * and some have one, else with the file's decimal mark.
 */
export function plainFormat(sample: ColumnSample | undefined, context: ReadingContext): NumberFormat {
  const hasPoints =
    sample !== undefined && isGood(plainVerdict(sample, context).verdict) && hasMark(sample, PLAIN_FORMAT);
  return { ...PLAIN_FORMAT, decimal: hasPoints ? '.' : context.decimal };
}

const rest = ({ others }: NumbersVerdict) => others.reduce((sum, [, count]) => sum + count, 0);

function isGood(verdict: NumbersVerdict): boolean {
  const numbers = verdict.present - rest(verdict);
  if (numbers === 0) return false;
  return (
    numbers >= NUMBER_SHARE * verdict.present ||
    (numbers >= FEW_TEXTS_SHARE * verdict.present && verdict.others.length <= FEW_TEXTS)
  );
}

/**
 * Among formats that read the same cells: the one that some cell proves, else the one with the file's decimal
 * mark, else none.
 */
function decided(
  best: readonly NumbersVerdict[],
  cells: readonly Cell[],
  context: ReadingContext,
): NumbersVerdict | undefined {
  const different = withoutIdleMarks(best, cells);
  if (different.length === 1) return different[0];
  const proved = different.filter(({ format }) => cells.some(({ parts }) => provesMarks(parts, format)));
  const left = proved.length > 0 ? proved : different;
  const found = left.find(({ format }) => format.decimal === context.decimal && isSettled(left, format));
  return found && !context.decimalBy ? withDoubt(found, left, cells) : found;
}

/** Notes a text that another of the formats reads as another number, unless all are decimals alike. */
function withDoubt(found: NumbersVerdict, left: readonly NumbersVerdict[], cells: readonly Cell[]) {
  const mayBeDecimals = found.format.group === '' && !cells.some(({ text }) => !/[.,]/.test(text));
  const others = left.filter(({ format }) => format.decimal !== found.format.decimal);
  const ambiguous = mayBeDecimals
    ? undefined
    : cells.find(({ parts }) =>
        others.some(({ format }) => decimalIn(parts, format) !== decimalIn(parts, found.format)),
      );
  return ambiguous ? { ...found, ambiguous: ambiguous.text } : found;
}

/** Keeps the simplest of formats that differ only in a mark that occurs in no cell. */
function withoutIdleMarks(best: readonly NumbersVerdict[], cells: readonly Cell[]): NumbersVerdict[] {
  const byReading = new Map<string, NumbersVerdict>();
  for (const verdict of best) {
    const values = cells.map(({ parts }) => decimalIn(parts, verdict.format) ?? '').join('\n');
    const known = byReading.get(values);
    if (!known || verdict.format.group.length < known.format.group.length) byReading.set(values, verdict);
  }
  return [...byReading.values()];
}

const isSettled = (left: readonly NumbersVerdict[], format: NumberFormat) =>
  left.filter(({ format: other }) => other.decimal === format.decimal).length === 1;

/** More units are none, but parts of codes: ABC 123, XYZ 789. */
const MAX_UNITS = 12;

/** The most frequent units of a column's cells, with none among them. */
function usualUnits(cells: readonly Cell[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const { parts, count } of cells) {
    const unit = parts?.unit;
    if (unit !== undefined) counts.set(unit, (counts.get(unit) ?? 0) + count);
  }
  const usual = [...counts].sort(([, a], [, b]) => b - a).slice(0, MAX_UNITS);
  return new Set(['', ...usual.map(([unit]) => unit)]);
}

/** If at least this share of the present cells are numbers, a column looks like numbers. */
const LOOKS_LIKE_SHARE = 0.75;

/**
 * An example from a column that looks like numbers but is not read as such, and how it is written; undefined
 * when the column does not look so.
 */
export function unreadNumber(
  sample: ColumnSample,
  context: ReadingContext,
): { readonly example: string; readonly as: UnreadAs } | undefined {
  if (sample.hasLeadingZeros) return undefined;
  const cells = presentCells(sample, context);
  if (areCodes(cells)) return undefined;
  const measures = measuresIn(cells);
  const units = usualUnits(cells);
  const minLike = LOOKS_LIKE_SHARE * cells.reduce((sum, { count }) => sum + count, 0);
  let [like, found]: [number, ReturnType<typeof unreadNumber>] = [0, undefined];
  for (const { text, count, isPlain, parts } of cells) {
    const as = isPlain || !units.has(parts?.unit ?? '') ? undefined : unreadAs(text, measures);
    if (isPlain || as) like += count;
    if (as) found ??= { example: text, as };
  }
  return like < minLike ? undefined : found;
}

/** So many distinct numbers are a quantity, and not codes. */
const MIN_QUANTITIES = 21;
/** More distinct texts than this beside numbers are not gaps. */
const MAX_GAPS = 20;

/**
 * Numbers among too many other texts to be read as numbers: the verdict of the format that reads most of
 * them; undefined when the column is none of that kind.
 */
export function mostlyNumbers(sample: ColumnSample, context: ReadingContext): NumbersVerdict | undefined {
  if (sample.hasLeadingZeros) return undefined;
  const cells = presentCells(sample, context);
  if (areCodes(cells)) return undefined;
  const verdicts = verdictsOf(cells, [PLAIN_FORMAT, ...candidates(cells, context, false)]);
  const best = verdicts.reduce((a, b) => (rest(b) < rest(a) ? b : a));
  const numbers = best.present - rest(best);
  const isMost = numbers > 0 && numbers >= FEW_TEXTS_SHARE * best.present;
  const isQuantity = cells.length - best.others.length >= MIN_QUANTITIES;
  const { others } = best;
  const mayBeGaps =
    others.length > 0 && others.length <= MAX_GAPS && others.every(([text]) => mayBeGap(text));
  return isMost && isQuantity && mayBeGaps ? best : undefined;
}

/** Whether only a file whose decimal mark is a comma could have a column's texts as numbers. */
export function hasDecimalCommas(sample: ColumnSample, context: ReadingContext): boolean {
  if (context.mayBeDecimalComma) return false;
  const verdict = judgeNumbers(sample, { ...context, decimal: ',', mayBeDecimalComma: true });
  // 1,234 are thousands, unless another shows that they are none.
  const isProved = () =>
    presentCells(sample, context).some(({ text }) => /^[+-]?0?,|,(?:\d{1,2}|\d{4,})$/.test(text));
  return verdict?.format.decimal === ',' && verdict.format.unit === '' && isProved();
}

/** The decimal mark of a column's numbers; undefined when they have none, or either is possible. */
export function decimalMarkOf(sample: ColumnSample, context: ReadingContext): '.' | ',' | undefined {
  const [point, comma] = (['.', ','] as const).map((decimal) =>
    judgeNumbers(sample, { ...context, decimal }),
  );
  if (!point || point.format.decimal !== comma?.format.decimal) return undefined;
  return hasMark(sample, point.format) ? point.format.decimal : undefined;
}

function hasMark(sample: ColumnSample, { decimal }: NumberFormat): boolean {
  for (let i = 0; i < sample.texts.size; i++) if (sample.texts.textOf(i).includes(decimal)) return true;
  return false;
}
