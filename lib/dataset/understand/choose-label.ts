import { byCodeUnits } from '../../code-units.ts';
import type { ColumnSample, ReadingContext } from '../../columns/reading.ts';
import { shown } from '../../text-safety.ts';
import type { IngestWarning, Understood } from './understood.ts';

/** Common names of a label column, in any case. The first name of this list that the file has is taken. */
const LABEL_NAMES = ['label', 'class', 'target', 'species'];

/** Names that suggest a label, but are not enough to choose one without being asked. */
const LABEL_LIKE =
  /^(y|outcome|result|response|diagnosis|survived|churn(ed)?|left|status|type|group|category|quality|grade|default(ed)?|fraud|approved|is_\w+|has_\w+)$/i;

/** Names the label column, by source. */
export interface LabelWish {
  /** By contract. */
  readonly contract?: string | undefined;
  /** By the object's metadata, or on the command line. */
  readonly metadata?: string | undefined;
}

/** A column that could be the label. */
export interface LabelCandidate {
  readonly name: string;
  readonly sample: ColumnSample;
  /** False for a column that is left out, as an identifier or empty. */
  readonly mayBe: boolean;
}

/** The label column, and how it was chosen. */
export type LabelChoice = Understood['label'] & {
  readonly column: number;
  /** Columns that may be meant if this one is of no use, the likeliest first. */
  readonly others: readonly string[];
};

/**
 * Chooses the label: by contract, else by metadata, else by a common name, else the last column that may be
 * one.
 *
 * @returns `column` is -1 when the named column does not exist
 */
export function chooseLabel(
  candidates: readonly LabelCandidate[],
  wish: LabelWish,
  context: ReadingContext,
): LabelChoice {
  const names = candidates.map(({ name }) => name);
  const chosen = (column: number) => ({ column, others: othersThan(column, candidates, context) });
  const named = wish.contract ?? wish.metadata;
  if (named !== undefined) {
    const chosenBy = wish.contract === undefined ? 'metadata' : 'contract';
    return { name: named, chosen_by: chosenBy, likelier: [], ...chosen(names.indexOf(named)) };
  }
  for (const usual of LABEL_NAMES) {
    const found = names.filter((name) => name.toLowerCase() === usual).sort(byCodeUnits);
    if (found[0] !== undefined)
      return { name: found[0], chosen_by: 'name', likelier: [], ...chosen(names.indexOf(found[0])) };
  }
  const column = candidates.findLastIndex(({ mayBe }) => mayBe);
  const last = column < 0 ? names.length - 1 : column;
  return {
    name: names[last]!,
    chosen_by: 'position',
    likelier: likelier(candidates, last, context),
    ...chosen(last),
  };
}

/** At most two columns that look more like a label than the chosen one, the best first. */
function likelier(candidates: readonly LabelCandidate[], chosen: number, context: ReadingContext): string[] {
  const minScore = scoreOf(candidates[chosen]!, context) + 1;
  return bestOf(candidates, Math.max(minScore, 1), context);
}

function othersThan(
  column: number,
  candidates: readonly LabelCandidate[],
  context: ReadingContext,
): readonly string[] {
  return bestOf(
    candidates.filter((_, at) => at !== column),
    1,
    context,
  );
}

/** At most two columns with at least a score as labels, the best first. */
function bestOf(candidates: readonly LabelCandidate[], minScore: number, context: ReadingContext): string[] {
  return candidates
    .map((candidate, at) => ({ score: scoreOf(candidate, context), at }))
    .filter(({ score }) => score >= minScore)
    .sort((a, b) => b.score - a.score || b.at - a.at)
    .slice(0, 2)
    .map(({ at }) => candidates[at]!.name);
}

const scoreOf = (candidate: LabelCandidate, context: ReadingContext) =>
  candidate.mayBe ? labelScore(candidate, context) : -1;

const MAX_CLASSES = 20;

/** The first distinct values, at most `most` of them. */
function firstDistinct(values: Float64Array, most: number): Set<number> {
  const distinct = new Set<number>();
  for (let i = 0; i < values.length && distinct.size < most; i++) distinct.add(values[i]!);
  return distinct;
}

/**
 * Scores how much a column looks like a label: few values, texts rather than numbers, a typical name. 0 means
 * not at all.
 */
function labelScore({ name, sample }: LabelCandidate, { gaps }: ReadingContext): number {
  const values = firstDistinct(sample.plainValues, MAX_CLASSES + 1);
  const numbers = values.size;
  let distinct = numbers;
  for (let i = 0; i < sample.others.size && distinct <= MAX_CLASSES; i++)
    if (!gaps.has(sample.others.textOf(i))) distinct++;
  const isFraction = numbers <= MAX_CLASSES && ![...values].every(Number.isInteger);
  if (distinct < 2 || distinct > MAX_CLASSES || isFraction || distinct * 2 > sample.rows) return 0;
  const few = distinct === 2 ? 4 : distinct <= 5 ? 3 : distinct <= 10 ? 2 : 1;
  return few - (numbers === distinct ? 1 : 0) + (LABEL_LIKE.test(name) ? 2 : 0);
}

/** Warning that the label was chosen by its position. It is always given, even when nothing else is wrong. */
export function positionWarning({ name, likelier: better }: LabelChoice): IngestWarning {
  const others = better.map(shown).join(' or ');
  const hint =
    better.length > 0 ? `; ${others} ${better.length > 1 ? 'look' : 'looks'} more like a label` : '';
  return {
    code: 'label_by_position',
    column: name,
    message: `no column is named as labels are, so the last one, ${shown(name)}, was taken as the label${hint}`,
    fix: `"label": ${JSON.stringify(better[0] ?? name)} in schema.json, or x-amz-meta-label on the upload, says which column is the label`,
  };
}
