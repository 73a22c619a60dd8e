import type { RowFault } from '../batch/row-values.ts';
import type { Explanation, Prediction } from '../classifier/model.ts';
import type { FeatureCode } from '../columns/kinds.ts';
import { CsvText } from '../dataset/csv/csv-text.ts';
import type { CsvGrammar } from '../dataset/csv/grammar.ts';
import { RefusedFileError } from '../errors.ts';
import { escapedJson, shown } from '../text-safety.ts';

/** One input row with its prediction or its fault. */
export interface AnsweredRow {
  /** 1-based physical line where the row begins. */
  readonly line: number;
  /** The row's fields; empty when the row was too large to read. */
  readonly cells: readonly string[];
  readonly answer: Prediction | Explanation | undefined;
  readonly fault: RowFault | undefined;
}

/** How rows are written. */
export interface PredictionFormat {
  /** Text before the first row. */
  readonly head: string;
  row(row: AnsweredRow): string;
}

const ANSWER_COLUMNS = ['prediction', 'confidence'];
const EXPLAIN_COLUMNS = [
  'vote_share',
  'runner_up',
  'runner_up_probability',
  'novelty_percentile',
  'is_novel',
];

/**
 * CSV with the input's columns and the prediction's. It escapes text that a spreadsheet would execute. Every
 * row has as many fields as the header: missing fields and predictions of bad rows are empty.
 *
 * @throws RefusedFileError `columns` when the input already has one of the prediction's columns
 */
export function csvFormat(names: readonly string[], explain: boolean, grammar: CsvGrammar): PredictionFormat {
  const added = explain ? [...ANSWER_COLUMNS, ...EXPLAIN_COLUMNS] : ANSWER_COLUMNS;
  const twice = added.find((name) => names.includes(name));
  if (twice !== undefined) {
    const message = `the file has a column ${shown(twice)} already, which the predictions are written to; rename it, or use --json`;
    throw new RefusedFileError('columns', message);
  }
  const text = new CsvText(grammar);
  const { delimiter, lineEnd } = text;
  const unanswered = delimiter.repeat(added.length);
  return {
    head: text.fields([...names, ...added]) + lineEnd,
    row({ cells, answer }) {
      let line = text.field(cells[0] ?? '');
      for (let column = 1; column < names.length; column++)
        line += delimiter + text.field(cells[column] ?? '');
      if (!answer) return line + unanswered + lineEnd;
      const reasons = 'novelty' in answer ? explainingCells(answer) : [];
      const added = [answer.prediction, String(answer.confidence), ...reasons];
      return line + delimiter + text.fields(added) + lineEnd;
    },
  };
}

function explainingCells({ prediction, probabilities, voteShare, novelty }: Explanation): string[] {
  const runnerUp = probabilities
    .filter(({ label }) => label !== prediction)
    .reduce((best, other) => (other.probability > best.probability ? other : best));
  const { percentile, isNovel } = novelty;
  return [voteShare, runnerUp.label, runnerUp.probability, percentile, isNovel].map(String);
}

/**
 * One JSON object per row: the input by name (a list if it does not fit the header), the prediction, and the
 * fault of a bad row.
 */
export function jsonLinesFormat(
  names: readonly string[],
  features: readonly FeatureCode[],
): PredictionFormat {
  const keys = names.map((name) => `${JSON.stringify(name)}:`);
  return {
    head: '',
    row({ line, cells, answer, fault }) {
      const input = cells.length === names.length ? object(keys, cells) : JSON.stringify(cells);
      const { prediction = null, confidence = null } = answer ?? {};
      const reasons = answer && 'novelty' in answer ? `,"explanation":${explanation(answer, features)}` : '';
      const error = fault ? `,"error":${JSON.stringify(faultOf(fault))}` : '';
      return escapedJson(
        `{"line":${line},"input":${input},"prediction":${JSON.stringify(prediction)},"confidence":${confidence}${reasons}${error}}\n`,
      );
    },
  };
}

const faultOf = ({ column, code, value }: RowFault) => ({ column, code, value });

/**
 * Builds the text directly, because a JavaScript object reorders keys that look like integers and treats the
 * key `__proto__` specially.
 */
const object = (keys: readonly string[], values: readonly unknown[]) =>
  `{${keys.map((key, at) => key + JSON.stringify(values[at])).join(',')}}`;

function explanation(
  { voteShare, probabilities, neighbours, novelty }: Explanation,
  features: readonly FeatureCode[],
): string {
  const keyOf = (name: string) => `${JSON.stringify(name)}:`;
  const keys = features.map(({ name }) => keyOf(name));
  const shares = object(
    probabilities.map(({ label }) => keyOf(label)),
    probabilities.map(({ probability }) => probability),
  );
  const near = neighbours.map(
    ({ label, distance, values }) =>
      `{"label":${JSON.stringify(label)},"distance":${distance},"features":${object(keys, values)}}`,
  );
  const { percentile, isNovel, ...distances } = novelty;
  const novel = JSON.stringify({ ...distances, percentile, is_novel: isNovel });
  return `{"vote_share":${voteShare},"probabilities":${shares},"neighbours":[${near.join(',')}],"novelty":${novel}}`;
}
