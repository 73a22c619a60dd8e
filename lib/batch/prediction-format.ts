import type { Explanation, Model } from '../classifier/model.ts';
import { CsvText, numberText } from '../dataset/csv/csv-text.ts';
import { escapedJson } from '../text-safety.ts';
import { type Answer, answerColumns, probabilitiesOf } from './answer-columns.ts';
import type { AnsweredRow } from './prediction-writer.ts';
import type { AnswerChoices } from './result-choices.ts';
import type { RowFault } from './row-values.ts';
import type { TableReading } from './table-reading.ts';

const BYTE_ORDER_MARK = '\ufeff';

/** How rows are written as text. */
export interface PredictionFormat {
  /** Text before the first row. */
  readonly head: string;
  row(row: AnsweredRow): string;
}

/**
 * CSV with the input's columns and the prediction's. It escapes text that a spreadsheet would execute. Every
 * row has as many fields as the header: missing fields and predictions of bad rows are empty. Numbers have
 * the input's decimal mark.
 *
 * @throws RefusedFileError `columns` when the input already has one of the prediction's columns
 */
export function csvFormat(
  model: Model,
  names: readonly string[],
  choices: AnswerChoices,
  { grammar, decimal, isMarked }: Pick<TableReading, 'grammar' | 'decimal' | 'isMarked'>,
): PredictionFormat {
  const { columns, valuesOf } = answerColumns(model, names, choices);
  const text = new CsvText(grammar);
  const { delimiter, lineEnd } = text;
  const cell = (value: unknown) => (typeof value === 'number' ? numberText(value, decimal) : String(value));
  const unanswered = delimiter.repeat(columns.length);
  return {
    head:
      (isMarked ? BYTE_ORDER_MARK : '') +
      text.fields([...names, ...columns.map(({ name }) => name)]) +
      lineEnd,
    row({ cells, answer }) {
      let line = text.field(cells[0] ?? '');
      for (let column = 1; column < names.length; column++)
        line += delimiter + text.field(cells[column] ?? '');
      if (!answer) return line + unanswered + lineEnd;
      return line + delimiter + text.fields(valuesOf(answer).map(cell)) + lineEnd;
    },
  };
}

/**
 * One JSON object per row: the input by name (a list if it does not fit the header), the prediction, and the
 * fault of a bad row.
 */
export function jsonLinesFormat(
  { meta, features }: Model,
  names: readonly string[],
  choices: AnswerChoices,
): PredictionFormat {
  const keys = names.map(keyOf);
  const classes = meta.classes.map(keyOf);
  const featureKeys = features.map(({ name }) => keyOf(name));
  return {
    head: '',
    row({ line, cells, answer, fault }) {
      const input = cells.length === names.length ? object(keys, cells) : JSON.stringify(cells);
      const { prediction = null, confidence = null } = answer ?? {};
      const shares =
        answer && choices.probabilities ? `,"probabilities":${object(classes, probabilitiesOf(answer))}` : '';
      const reasons = explanationIn(answer, classes, featureKeys);
      const error = fault ? `,"error":${JSON.stringify(faultOf(fault))}` : '';
      return escapedJson(
        `{"line":${line},"input":${input},"prediction":${JSON.stringify(prediction)},"confidence":${confidence}${shares}${reasons}${error}}\n`,
      );
    },
  };
}

const faultOf = ({ column, code, value }: RowFault) => ({ column, code, value });

const keyOf = (name: string) => `${JSON.stringify(name)}:`;

/**
 * Builds the text directly, because a JavaScript object reorders keys that look like integers and treats the
 * key `__proto__` specially.
 */
const object = (keys: readonly string[], values: readonly unknown[]) =>
  `{${keys.map((key, at) => key + JSON.stringify(values[at])).join(',')}}`;

const explanationIn = (
  answer: Answer | undefined,
  classes: readonly string[],
  featureKeys: readonly string[],
) => (answer && 'novelty' in answer ? `,"explanation":${explanation(answer, classes, featureKeys)}` : '');

function explanation(
  answer: Explanation,
  classes: readonly string[],
  featureKeys: readonly string[],
): string {
  const { voteShare, neighbours, novelty } = answer;
  const near = neighbours.map(
    ({ label, distance, values }) =>
      `{"label":${JSON.stringify(label)},"distance":${distance},"features":${object(featureKeys, values)}}`,
  );
  const { percentile, isNovel, ...distances } = novelty;
  const novel = JSON.stringify({ ...distances, percentile, is_novel: isNovel });
  return `{"vote_share":${voteShare},"probabilities":${object(classes, probabilitiesOf(answer))},"neighbours":[${near.join(',')}],"novelty":${novel}}`;
}
