/** A contract, schema.json, as the console edits it. Keys that it does not show stay as they are. */
export interface Contract {
  readonly label?: string;
  readonly columns?: readonly ColumnRule[];
  readonly ignore?: readonly string[];
  readonly missing_tokens?: readonly string[];
  readonly [key: string]: unknown;
}

interface ColumnRule {
  readonly name: string;
  readonly type: string;
  readonly [key: string]: unknown;
}

/** What a column can be: a kind, or no part of the data. */
export type ColumnChoice = 'numeric' | 'categorical' | 'datetime' | 'ignored';

/** The keys that a person sets as a whole. */
export type PlainKey = 'delimiter' | 'decimal' | 'encoding' | 'header' | 'skip_lines' | 'label';

/** Sets a key, or takes it away, so that it is found out again. */
export function withKey(
  contract: Contract,
  key: PlainKey,
  value: string | number | boolean | undefined,
): Contract {
  const { [key]: _, ...others } = contract;
  return value === undefined ? others : { ...others, [key]: value };
}

/** Makes a column the label: whatever was said of it as a feature is no longer so. */
export function withLabel(contract: Contract, label: string): Contract {
  return { ...withoutColumn(contract, label), label };
}

/** Says what a column is. Its bounds and categories were those of another kind, so they go. */
export function withChoice(contract: Contract, name: string, choice: ColumnChoice): Contract {
  const others = withoutColumn(contract, name);
  if (choice === 'ignored') return { ...others, ignore: [...(others.ignore ?? []), name] };
  return { ...others, columns: [...(others.columns ?? []), { name, type: choice }] };
}

function withoutColumn(contract: Contract, name: string): Contract {
  const { columns, ignore, ...others } = contract;
  const [rules, ignored] = [
    columns?.filter((rule) => rule.name !== name),
    ignore?.filter((each) => each !== name),
  ];
  return {
    ...others,
    ...(rules && rules.length > 0 ? { columns: rules } : {}),
    ...(ignored && ignored.length > 0 ? { ignore: ignored } : {}),
  };
}

/** Something that a fault's or a warning's words say to write into schema.json. */
export interface OfferedFix {
  readonly key: string;
  readonly value: unknown;
  /** `"delimiter": ";"` */
  readonly text: string;
}

const OFFERED_KEY =
  /"(delimiter|decimal|encoding|quote|header|skip_lines|label|columns|ignore|missing_tokens|default_missing_tokens|max_rejected_share)": ?/g;

/** Finds what a text says to write into schema.json: each `"key": value` in it whose value is whole. */
export function offeredFixes(text: string): OfferedFix[] {
  const fixes = [...text.matchAll(OFFERED_KEY)].flatMap((match) => {
    const value = longestJson(text.slice(match.index + match[0].length));
    if (value === undefined) return [];
    const key = match[1]!;
    return [{ key, value, text: `"${key}": ${JSON.stringify(value)}` }];
  });
  return fixes.filter((fix, at) => fixes.findIndex((each) => each.text === fix.text) === at);
}

/** A value is followed by words: the longest beginning that is JSON is the value. */
function longestJson(text: string): unknown {
  for (let end = Math.min(text.length, MAX_VALUE_LENGTH); end > 0; end--) {
    try {
      return JSON.parse(text.slice(0, end)) as unknown;
    } catch {
      // Not this long.
    }
  }
  return undefined;
}

const MAX_VALUE_LENGTH = 600;

/** Adds a fix: lists grow, and a column's rule takes the place of an older one. */
export function withFix(contract: Contract, { key, value }: OfferedFix): Contract {
  if (key === 'label' && typeof value === 'string') return withLabel(contract, value);
  if (key === 'columns' && Array.isArray(value)) return (value as ColumnRule[]).reduce(withRule, contract);
  if (Array.isArray(value)) {
    const before = Array.isArray(contract[key]) ? contract[key] : [];
    return { ...contract, [key]: [...new Set([...before, ...value])] };
  }
  return { ...contract, [key]: value };
}

function withRule(contract: Contract, rule: ColumnRule): Contract {
  const others = withoutColumn(contract, rule.name);
  return { ...others, columns: [...(others.columns ?? []), rule] };
}

/** Whether two contracts say the same. */
export const isSame = (a: Contract, b: Contract) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

const sorted = (contract: Contract) => Object.entries(contract).toSorted(([a], [b]) => (a < b ? -1 : 1));

const MAX_NAME = 63;

/** The name of a model for a file, when a person gives none. */
export function modelNameFor(fileName: string): string {
  const base = fileName.replace(/(\.(csv|tsv|txt|data|parquet|gz))+$/i, '');
  const name = base
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, MAX_NAME)
    .replace(/-+$/, '');
  return name === '' ? 'default' : name;
}

export const isModelName = (name: string) => /^[a-z0-9][a-z0-9-]{0,62}$/.test(name);
