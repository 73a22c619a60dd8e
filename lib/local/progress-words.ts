import * as z from 'zod/mini';
import { decisionEntry } from '../registry/decisions.ts';
import { deedOf } from '../registry/deed.ts';

/** Says a log line of a function's progress in words; undefined when its fields are not the known ones. */
type Words = (entry: unknown) => string[] | undefined;

function said<Shape extends z.core.$ZodShape>(
  shape: Shape,
  words: (entry: z.infer<z.ZodMiniObject<Shape>>) => string[],
): Words {
  const schema = z.object(shape);
  return (entry) => {
    const parsed = z.safeParse(schema, entry);
    return parsed.success ? words(parsed.data) : undefined;
  };
}

const text = z.string();
const texts = z.array(text);
const count = z.int();
const ofFile = { key: text, model: text };
const explained = { ...ofFile, detail: text };

const explainedWords = said(explained, ({ key, detail, model }) => [`${key}: ${detail} (model "${model}")`]);

/** The lines of progress, by their messages. Each function logs its own. */
const PROGRESS: Readonly<Record<string, Words>> = {
  // What was understood comes first, then what became of the rows; warnings stand below, one a line.
  accepted: said(
    {
      ...ofFile,
      rows: z.object({ accepted: count, rejected: count, blank: count }),
      understood: z.optional(text),
      warnings: z.optional(texts),
    },
    ({ key, model, rows, understood, warnings = [] }) => {
      const counts = `${rows.accepted} rows accepted, ${rows.rejected} rejected, ${rows.blank} blank`;
      const read = understood === undefined ? counts : `${understood}: ${counts}`;
      return [`${key}: ${read} (model "${model}")`, ...warnings.map((warning) => `  ${warning}`)];
    },
  ),
  refused: said(
    { key: text, code: text, detail: text, fix: z.optional(text) },
    ({ key, code, detail, fix }) => [
      `${key}: refused (${code}): ${detail}${fix === undefined ? '' : `; ${fix}`}`,
    ],
  ),
  part: said({ key: text }, ({ key }) => {
    const set = key.slice(0, key.lastIndexOf('/'));
    return [
      `${key}: a part of the set ${set}, which is read when an empty object ${set}/_COMPLETE says that it is complete`,
    ];
  }),
  set: explainedWords,
  applied: explainedWords,
  failed: said(explained, ({ key, detail, model }) => [`${key}: failed: ${detail} (model "${model}")`]),
  batch: said(explained, ({ key, detail, model }) => [`${key}: ${detail} (batch of model "${model}")`]),
  trained: said(
    { model: text, version: count, macroF1: z.number(), detail: text },
    ({ model, version, macroF1, detail }) => [
      `model "${model}" v${version}: macro-F1 ${macroF1.toFixed(4)} on held-out rows; ${detail}`,
    ],
  ),
  decided: said(
    {
      model: text,
      ...z.pick(decisionEntry, {
        ...{ action: true, from: true, to: true, held: true, alias: true },
        ...{ actor: true, reason: true },
      }).shape,
    },
    ({ model, actor, reason, ...deed }) => [`model "${model}": ${deedOf(deed)}, by ${actor}: ${reason}`],
  ),
  // It runs every few minutes, and usually finds nothing to do.
  reconciled: said({ reingested: texts, retrained: texts }, ({ reingested, retrained }) => {
    const again = [...reingested, ...retrained];
    return again.length === 0 ? [] : [`never finished, so started again: ${again.join(', ')}`];
  }),
  retention: said({ model: text, retired: z.array(count), deleted: count }, ({ model, retired, deleted }) => {
    const names = retired.map((version) => `v${version}`).join(', ');
    return [`model "${model}": retired ${names || 'none'}; ${deleted} objects of retired versions deleted`];
  }),
};

/** What a log line says of a function's progress: no line when it is not worth one; undefined for others. */
export const progressWords = (message: string, entry: object): string[] | undefined =>
  Object.hasOwn(PROGRESS, message) ? PROGRESS[message]!(entry) : undefined;
