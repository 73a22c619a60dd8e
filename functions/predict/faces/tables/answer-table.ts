import type { Prediction } from '../../../../lib/classifier/model.ts';
import { CsvText, numberText } from '../../../../lib/dataset/csv/csv-text.ts';
import { readQuery } from '../../../../lib/http/query.ts';
import { invalidRequest, readBytes } from '../../../../lib/http/request.ts';
import type { ExplainedPrediction } from '../../../../lib/http/schemas/predict-api.ts';
import {
  MAX_EXPLAINED_INSTANCES,
  MAX_INSTANCES,
  tableParameters,
} from '../../../../lib/http/schemas/predict-request.ts';
import type { HttpAnswer, HttpEvent } from '../../../../lib/http/stack.ts';
import { jsonText, shown } from '../../../../lib/text-safety.ts';
import { joinsNothing } from '../../body-forms.ts';
import { explainer, predictor } from '../../predict.ts';
import {
  askedOf,
  checkName,
  type PredictionRoute,
  type PredictionService,
} from '../../prediction-service.ts';
import { sizedAnswer, sizedText } from '../../sized-answer.ts';
import { filePart, isForm } from './file-part.ts';
import { contentTypeOf, type Form, sentForm, wantedForm } from './forms.ts';
import { readTable } from './read-table.ts';
import type { ReadTable } from './table.ts';

/** A request of `/predict` that sends a table, or wants one. */
export interface TableRequest {
  readonly route: PredictionRoute;
  readonly event: HttpEvent;
  readonly startedMs: number;
}

type Answer = Prediction | ExplainedPrediction;

/** Answers rows of CSV, lines of JSON, or a body of JSON, in the form that the request wants. */
export async function answerTable(
  { route, event, startedMs }: TableRequest,
  service: PredictionService,
): Promise<HttpAnswer> {
  const { explain, join, ...named } = readQuery(event.rawQueryString, tableParameters);
  const name = event.pathParameters?.model;
  checkName(name);
  const contentType = event.headers['content-type'] ?? '';
  const declared = isForm(contentType) ? undefined : sentForm(contentType);
  const body = readBytes(event, service.maxBodyBytes);
  const { bytes, sent } = declared ? { bytes: body, sent: declared } : await filePart(body, contentType);
  const form = wantedForm(event.headers.accept ?? '', sent.form);
  if (form === 'json' && join !== undefined) throw joinsNothing();
  const served = await service.model(name, askedOf(named));
  const { model, facts } = served;
  const isExplained = explain === 'true';
  const maxRows = isExplained ? MAX_EXPLAINED_INSTANCES : MAX_INSTANCES;
  const table = await readTable(bytes, sent, { model, dialect: facts.dialect ?? {} }, maxRows);
  return service.answer({ route, startedMs, served, isBatch: true }, (watch) => {
    const answerOf = isExplained ? explainer(model, watch) : predictor(model, watch);
    const answers: readonly Answer[] = table.rows.map(answerOf);
    if (form === 'json') return sizedAnswer({ predictions: answers, model_version: `v${facts.version}` }, {});
    return tableAnswer(answers, form, table, {
      isExplained,
      isJoined: join !== undefined,
      hasHeader: true,
    });
  });
}

interface Shape {
  readonly isExplained: boolean;
  readonly isJoined: boolean;
  /** Whether CSV names its columns. */
  readonly hasHeader: boolean;
}

/** The answers as CSV or as lines of JSON. @throws HttpError 400 as sizedText does */
export function tableAnswer(
  answers: readonly Answer[],
  form: Exclude<Form, 'json'>,
  table: ReadTable,
  { isExplained, isJoined, hasHeader }: Shape,
): HttpAnswer {
  const joined = isJoined ? table.input : { names: [], rows: [] };
  const text =
    form === 'csv'
      ? csvOf(answers, joined, table, { isExplained, hasHeader })
      : answers.map((answer, i) => lineOf(answer, joined.names, joined.rows[i])).join('');
  return sizedText(text, contentTypeOf(form, hasHeader));
}

const COLUMNS = ['prediction', 'confidence'];
const EXPLAINED_COLUMNS = ['vote_share', 'novelty_percentile', 'is_novel'];

function csvOf(
  answers: readonly Answer[],
  { names, rows }: ReadTable['input'],
  { grammar, decimal }: Pick<ReadTable, 'grammar' | 'decimal'>,
  { isExplained, hasHeader }: Pick<Shape, 'isExplained' | 'hasHeader'>,
): string {
  const added = isExplained ? [...COLUMNS, ...EXPLAINED_COLUMNS] : COLUMNS;
  const twice = added.find((name) => names.includes(name));
  if (twice !== undefined) {
    const message = `the rows have a column ${shown(twice)} already, in which the answer stands: rename it`;
    throw invalidRequest([{ path: 'query.join', message }]);
  }
  const csv = new CsvText(grammar);
  const line = (texts: readonly string[]) => csv.fields(texts) + csv.lineEnd;
  const text = (value: unknown) => (typeof value === 'number' ? numberText(value, decimal) : String(value));
  const body = answers.map((answer, i) =>
    line([...(rows[i] ?? []).map(cellText), ...answerCells(answer).map(text)]),
  );
  return (hasHeader ? line([...names, ...added]) : '') + body.join('');
}

const cellText = (value: unknown) => (value === null || value === undefined ? '' : String(value));

function answerCells(answer: Answer): unknown[] {
  const cells: unknown[] = [answer.prediction, answer.confidence];
  if ('novelty' in answer) {
    const { vote_share, novelty } = answer;
    cells.push(vote_share, novelty.percentile, novelty.is_novel);
  }
  return cells;
}

function lineOf(answer: Answer, names: readonly string[], cells: readonly unknown[] | undefined): string {
  if (!cells) return `${jsonText(answer)}\n`;
  // An object's own members keep their names, even if one of them is `__proto__`.
  const input = Object.fromEntries(names.map((name, i) => [name, cells[i] ?? null]));
  return `${jsonText({ input, ...answer })}\n`;
}
