import { shown } from '../../text-safety.ts';
import type { RequestForm } from '../request.ts';
import type { CategoricalCode } from './code.ts';
import { categoryIndex } from './encoding.ts';

/**
 * Maximum number of categories that a fault lists, and their total length. There may be thousands, of any
 * length.
 */
const LISTED = 20;
const LISTED_LENGTH = 400;

/**
 * Takes JSON strings; those that training never saw have coordinates of their own. When categories are true
 * or false, it also takes booleans.
 */
export const categoricalRequest: RequestForm<CategoricalCode> = {
  wanted: 'a text',
  wantedOf: ({ categories }) => `a text${listed(categories)}`,
  accept(value, { categories }) {
    if (typeof value === 'string') return value;
    return typeof value === 'boolean' ? spelled(value, categories) : undefined;
  },
  mayBeGap: (text, { categories }) => categoryIndex(categories, text) === null,
  isUnseen: (value, { categories }) => categoryIndex(categories, value as string) === null,
};

/** False and true, as programs write them. */
const SPELLINGS = [
  ['false', 'true'],
  ['False', 'True'],
  ['FALSE', 'TRUE'],
] as const;

/** Spelling of a boolean among the categories; undefined when none of them is a boolean. */
function spelled(value: boolean, categories: readonly string[]): string | undefined {
  const own = value ? 1 : 0;
  const isKnown = (text: string) => categoryIndex(categories, text) !== null;
  const spelling =
    SPELLINGS.find((words) => isKnown(words[own])) ?? SPELLINGS.find((words) => isKnown(words[1 - own]!));
  return spelling?.[own];
}

function listed(categories: readonly string[]): string {
  const names: string[] = [];
  let length = 0;
  for (const category of categories.slice(0, LISTED)) {
    const name = shown(category);
    length += name.length;
    if (length > LISTED_LENGTH) break;
    names.push(name);
  }
  if (names.length === 0) return '';
  const others = categories.length - names.length;
  return ` (${names.join(', ')}${others > 0 ? ` or ${others} others` : ''})`;
}
