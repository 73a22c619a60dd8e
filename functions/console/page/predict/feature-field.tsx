import { useId } from 'preact/hooks';
import { Histogram } from '../parts/histogram.tsx';
import { plural, short } from '../words.ts';
import type { Field } from './form-values.ts';

/** As many categories as a list to choose from is pleasant with; more are suggestions of a text field. */
const CHOOSABLE = 30;

/** One feature of the form: its name, a field that suits its kind, and what the data had there. */
export function FeatureField(props: {
  field: Field;
  value: string;
  fault: string | undefined;
  onInput: (value: string) => void;
}) {
  const { field, value, fault, onInput } = props;
  const { feature, profile } = field;
  const id = useId();
  const described = { 'aria-describedby': `${id}-note`, 'aria-invalid': fault !== undefined };
  const note = noteOf(field);
  return (
    <div class="field">
      <label for={id}>
        <bdi>{feature.name}</bdi>
      </label>
      <Control id={id} field={field} value={value} described={described} onInput={onInput} />
      <p id={`${id}-note`} class={`small ${fault === undefined ? 'soft' : 'bad-text'} literal`}>
        {fault ?? note}
      </p>
      {profile !== undefined && profile.type !== 'categorical' && profile.histogram !== null && (
        <Histogram bins={profile.histogram} name={feature.name} />
      )}
    </div>
  );
}

function Control(props: {
  id: string;
  field: Field;
  value: string;
  described: { 'aria-describedby': string; 'aria-invalid': boolean };
  onInput: (value: string) => void;
}) {
  const { id, field, value, described, onInput } = props;
  const { feature } = field;
  const categories = feature.categories ?? [];
  const isChoosable =
    feature.type === 'categorical' &&
    categories.length <= CHOOSABLE &&
    categories.length === feature.category_count;
  if (isChoosable && (value === '' || categories.includes(value))) {
    return (
      <select
        id={id}
        value={value}
        onChange={({ currentTarget }) => onInput(currentTarget.value)}
        {...described}
      >
        <option value="">(gap)</option>
        {categories.map((category) => (
          <option key={category} value={category}>
            {category}
          </option>
        ))}
      </select>
    );
  }
  return (
    <>
      <input
        id={id}
        value={value}
        autocomplete="off"
        spellcheck={false}
        inputMode={feature.type === 'numeric' ? 'decimal' : 'text'}
        placeholder="gap"
        list={categories.length > 0 ? `${id}-list` : undefined}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
        {...described}
      />
      {categories.length > 0 && (
        <datalist id={`${id}-list`}>
          {categories.map((category) => (
            <option key={category} value={category} />
          ))}
        </datalist>
      )}
    </>
  );
}

/** What the data had in this column, in words. */
function noteOf({ feature, profile }: Field): string {
  const gaps = feature.nullable ? ', gaps' : '';
  if (profile === undefined || profile.type === 'categorical')
    return feature.category_count === null
      ? `${KIND_WORDS[feature.type]}${gaps}`
      : `${plural(feature.category_count, 'category', 'categories')}${gaps}`;
  if (profile.min === null || profile.max === null) return 'no values in the data';
  const [min, max] = [profile.min, profile.max].map((each) =>
    typeof each === 'number' ? short(each) : each,
  );
  return `${min} to ${max} in the data${gaps}`;
}

const KIND_WORDS = { numeric: 'a number', categorical: 'a category', datetime: 'a date' } as const;
