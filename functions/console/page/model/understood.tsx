import type { ComponentChildren } from 'preact';
import type { ModelCard } from '../../../../lib/http/schemas/models-api.ts';
import { hashOf } from '../location.ts';
import { Facts } from '../parts/facts.tsx';
import { DELIMITERS, IGNORED_REASONS, LABEL_REASONS, wordsFor } from '../parts/understood-words.ts';
import { plural } from '../words.ts';

type Understood = NonNullable<NonNullable<ModelCard['champion']>['understood']>;

/** How the file of a version was understood, for whoever wonders what it was trained on. */
export function UnderstoodOf(props: { model: string; uploadId: string; understood: Understood }) {
  const { model, uploadId, understood } = props;
  return (
    <section aria-label="How its file was understood">
      <h2>How its file was understood</h2>
      <Facts facts={factsOf(understood)} />
      <p class="small">
        <a href={hashOf(['models', model, 'uploads'], { id: uploadId })}>The whole report of this file</a>
      </p>
    </section>
  );
}

function factsOf(understood: Understood): [name: string, value: ComponentChildren][] {
  const { label, ignored, columns = [], warnings } = understood;
  return [
    ['Written as', writingOf(understood)],
    ...(label ? [labelFact(label)] : []),
    [
      'Left out',
      ignored.length === 0
        ? 'no column'
        : listOf(ignored, ({ name, reason }) => [name, wordsFor(IGNORED_REASONS, reason)]),
    ],
    ...(columns.length === 0
      ? []
      : [
          ['Read as', listOf(columns, (column) => [column.name, readAs(column)])] as [
            string,
            ComponentChildren,
          ],
        ]),
    [
      'Warnings',
      warnings.length === 0 ? 'none' : warnings.map((code) => code.replaceAll('_', ' ')).join(', '),
    ],
  ];
}

const labelFact = (label: NonNullable<Understood['label']>): [string, ComponentChildren] => [
  'Label',
  <>
    <bdi>{label.name}</bdi>, {wordsFor(LABEL_REASONS, label.chosen_by)}
    {label.likelier.length > 0 && `; likelier: ${label.likelier.join(', ')}`}
  </>,
];

function writingOf(understood: Understood): string {
  const {
    format,
    compression,
    encoding,
    delimiter,
    decimal,
    header,
    skipped_lines: skipped = 0,
  } = understood;
  if (format === 'parquet') return 'Parquet';
  const parts = [
    format === undefined ? 'a table' : format.toUpperCase(),
    ...(compression ? [compression] : []),
    ...(encoding === undefined ? [] : [encoding]),
    ...(delimiter ? [`separated by ${wordsFor(Object.fromEntries(DELIMITERS), delimiter)}`] : []),
    ...(decimal === ',' ? ['decimal comma'] : []),
    ...(header === false ? ['without a header'] : []),
    ...(skipped > 0 ? [`${plural(skipped, 'line')} before the table skipped`] : []),
  ];
  return parts.join(', ');
}

function readAs({ written_as, format, gaps }: NonNullable<Understood['columns']>[number]): string {
  const ways = [
    ...(written_as === null ? [] : [written_as]),
    ...(format === undefined ? [] : [`dates written ${format}`]),
    ...(gaps.length === 0
      ? []
      : [`no value where it says ${gaps.map((gap) => JSON.stringify(gap)).join(', ')}`]),
  ];
  return ways.join('; ');
}

const SHOWN = 6;

function listOf<T>(all: readonly T[], wordsOf: (one: T) => [name: string, words: string]) {
  return (
    <ul class="unmarked">
      {all.slice(0, SHOWN).map((one) => {
        const [name, words] = wordsOf(one);
        return (
          <li key={name}>
            <bdi>{name}</bdi>: {words}
          </li>
        );
      })}
      {all.length > SHOWN && <li class="soft">and {plural(all.length - SHOWN, 'more', 'more')}</li>}
    </ul>
  );
}
