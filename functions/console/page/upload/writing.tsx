import type { Understood } from '../../../../lib/dataset/understand/understood.ts';
import { DELIMITERS, LABEL_REASONS } from '../parts/understood-words.ts';
import { type Contract, type PlainKey, withKey, withLabel } from './contract-edits.ts';

interface Part {
  readonly understood: Partial<Understood>;
  readonly contract: Contract;
  readonly onEdit: (next: Contract) => void;
}

/** How the file is written and which column is predicted, each as a choice with what was found chosen. */
export function Writing({ understood, contract, onEdit }: Part) {
  const set = (key: PlainKey, value: string | boolean) => onEdit(withKey(contract, key, value));
  const { delimiter, decimal, encoding, header, label, columns = [], ignored = [], format } = understood;
  const delimiters = withOther(DELIMITERS, delimiter);
  const encodings = withOther(ENCODINGS, encoding);
  return (
    <section aria-label="How the file is written">
      <h2>How it was understood</h2>
      <div class="choices">
        {label && (
          <Choice
            name="Predict"
            value={label.name}
            options={[
              label.name,
              ...label.likelier,
              ...columns.map(({ name }) => name),
              ...ignored.map(({ name }) => name),
            ]
              .filter((name, at, all) => all.indexOf(name) === at)
              .map((name) => [name, name] as const)}
            note={LABEL_REASONS[label.chosen_by]}
            onChoose={(name) => onEdit(withLabel(contract, name))}
          />
        )}
        {format !== 'parquet' && (
          <>
            <Choice
              name="Delimiter"
              value={delimiter ?? ''}
              options={delimiters}
              onChoose={(value) => set('delimiter', value)}
            />
            <Choice
              name="Decimal mark"
              value={decimal ?? ''}
              options={[
                ['.', 'point'],
                [',', 'comma'],
              ]}
              onChoose={(value) => set('decimal', value)}
            />
            <Choice
              name="Encoding"
              value={encoding ?? ''}
              options={encodings}
              onChoose={(value) => set('encoding', value)}
            />
            <Choice
              name="First row"
              value={header === undefined ? '' : String(header)}
              options={[
                ['true', 'names the columns'],
                ['false', 'is data'],
              ]}
              onChoose={(value) => set('header', value === 'true')}
            />
          </>
        )}
      </div>
    </section>
  );
}

const ENCODINGS = [
  ['utf-8', 'UTF-8'],
  ['windows-1252', 'Windows-1252'],
  ['iso-8859-1', 'ISO 8859-1'],
  ['utf-16le', 'UTF-16 LE'],
  ['shift_jis', 'Shift JIS'],
  ['gb18030', 'GB 18030'],
] as const;

type Option = readonly [value: string, text: string];

const withOther = (options: readonly Option[], value: string | null | undefined): readonly Option[] =>
  value == null || options.some(([each]) => each === value) ? options : [[value, value], ...options];

function Choice(props: {
  name: string;
  value: string;
  options: readonly Option[];
  note?: string;
  onChoose: (value: string) => void;
}) {
  return (
    <label>
      <span>{props.name}</span>
      <select value={props.value} onChange={({ currentTarget }) => props.onChoose(currentTarget.value)}>
        {props.value === '' && <option value="">not known yet</option>}
        {props.options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
      {props.note !== undefined && <span class="soft small">{props.note}</span>}
    </label>
  );
}
