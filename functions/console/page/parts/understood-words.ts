import type { Understood } from '../../../../lib/dataset/understand/understood.ts';

/** What was understood of a file, in words. */

export const DELIMITERS = [
  [',', 'comma'],
  [';', 'semicolon'],
  ['\t', 'tab'],
  ['|', 'bar'],
  [' ', 'space'],
] as const;

export const LABEL_REASONS: Readonly<Record<Understood['label']['chosen_by'], string>> = {
  contract: 'as schema.json says',
  metadata: 'as the upload says',
  name: 'because of its name',
  position: 'because it is the last column: look twice',
};

export const IGNORED_REASONS: Readonly<Record<Understood['ignored'][number]['reason'], string>> = {
  row_number: 'it numbers the rows',
  identifier: 'it looks like an identifier: a value of its own in nearly each row',
  empty: 'it is empty',
  contract: 'as schema.json says',
};

/** The words for a key that a later release may add, or the key itself. */
export const wordsFor = (words: Readonly<Record<string, string>>, key: string) =>
  Object.hasOwn(words, key) ? words[key]! : key.replaceAll('_', ' ');
