import { RefusedFileError } from './errors.ts';
import { shown } from './text-safety.ts';

/** The model of files at the root of the raw bucket, and of `POST /predict`. */
export const DEFAULT_MODEL = 'default';

/** A refused key whose folder names no model is recorded under this name, which no model can have. */
export const NO_MODEL = '_invalid';

/** Restricts model names, because S3 keys, DynamoDB keys, paths and metric dimensions contain them. */
const MODEL_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** The rule of names, in words. */
export const MODEL_NAME_RULE = '1 to 63 of a-z, 0-9 and -, the first not -';

/** Whether a text can be a model's name. If not, no look-up is needed. */
export const isModelName = (text: string) => MODEL_NAME.test(text);

/** What the key of a file means. */
export type FileKey = { readonly kind: 'table' | 'contract'; readonly model: string };

/**
 * What a key in the raw bucket means: a file; one of the files of a set, or what lies beside them and means
 * nothing; or the object that completes a set.
 */
export type RawKey = FileKey | { readonly kind: 'part' | 'beside' | 'set'; readonly model: string };

/** How the name of a file that holds a table may end, in any case of its letters. */
const TABLE_ENDINGS = ['.csv', '.tsv', '.txt', '.data', '.csv.gz', '.parquet'] as const;

/** Whether a file's name is one of a table: an ending with something before it. */
export const isTableName = (file: string) =>
  TABLE_ENDINGS.some((ending) => file.length > ending.length && file.toLowerCase().endsWith(ending));

/** The name of a contract, in the folder of the files that it describes. */
export const CONTRACT_NAME = 'schema.json';

/** The folder that a key lies in, with its slash; empty for a key at the root. */
export const folderOf = (key: string) => key.slice(0, key.lastIndexOf('/') + 1);

/** The names of the empty objects that complete a set: one of ours, and that of Spark and Hadoop. */
export const SET_MARKERS = ['_COMPLETE', '_SUCCESS'] as const;

/** Whether a file's name completes the folder that it lies in. */
export const isSetMarker = (file: string) => (SET_MARKERS as readonly string[]).includes(file);

/** Hadoop's readers pass over such names, too: `_committed_1`, `.part-00000.csv.crc`. */
export const isBesideParts = (file: string) => /^[_.]/.test(file) && !isSetMarker(file);

/**
 * Whether a key makes an upload of a table: a file, or what completes a set.
 *
 * @param name without the folder of its model
 */
export const isUploadName = (name: string) => {
  const [first = '', file, ...deeper] = name.split('/');
  return file === undefined ? isTableName(first) : deeper.length === 0 && isSetMarker(file);
};

/** The folder of a model, with its slash, in which a key lies: of a set the one above. */
export const modelFolderOf = (key: string) => key.slice(0, key.indexOf('/') + 1);

/**
 * Reads a decoded key of the raw bucket: that of a file, `<model>/<set>/<part>` with a table's ending, or
 * `<model>/<set>/_COMPLETE`.
 *
 * @throws RefusedFileError `key` for any other key, saying which part is wrong and which name would do
 */
export function parseRawKey(key: string): RawKey {
  const [model = '', set = '', file = '', ...deeper] = key.split('/');
  if (file === '' || deeper.length > 0 || !isModelName(model) || set === '') return parseFileKey(key);
  if (isSetMarker(file)) return { kind: 'set', model };
  if (isBesideParts(file)) return { kind: 'beside', model };
  if (file === CONTRACT_NAME) {
    const fault = 'a contract lies beside the sets of its model, in none of them';
    throw refused(key, { fault, proposed: `${model}/${CONTRACT_NAME}` });
  }
  if (!isTableName(file)) throw refused(key, nameFault(file));
  return { kind: 'part', model };
}

/**
 * Reads a decoded key of a single file: `[<model>/]<file>` with a table's ending, or `[<model>/]schema.json`.
 *
 * @throws RefusedFileError `key` for any other key, saying which part is wrong and which name would do
 */
export function parseFileKey(key: string): FileKey {
  const parts = key.split('/');
  const file = parts.at(-1) ?? '';
  const isContract = file === CONTRACT_NAME;
  if (!isContract && !isTableName(file)) throw refused(key, nameFault(file));
  if (parts.length > 2) {
    const proposed = [modelNameFor(parts.slice(0, -1).join('-')), file];
    throw refused(key, {
      fault: 'it is deeper than one folder, and no part of a set: <model>/<set>/<part>',
      proposed: proposed.filter(Boolean).join('/'),
    });
  }
  const model = parts.length === 2 ? (parts[0] ?? '') : DEFAULT_MODEL;
  if (isModelName(model)) return { kind: isContract ? 'contract' : 'table', model };
  const proposed = [modelNameFor(model), file].filter(Boolean).join('/');
  throw refused(key, { fault: `${shown(model)} is not a model name: ${MODEL_NAME_RULE}`, proposed });
}

/** Files that somebody may mean as a table: of data, packed, or without an ending. */
const MAY_BE_TABLE = new RegExp(
  `\\.(?:${[
    'xlsx?|xlsm|xlsb|ods|numbers|csv.*|tsv.*|tab|dat|asc|prn|json|jsonl|ndjson|xml|arff|dbf|sav|dta|sas7bdat',
    'rds|rdata|feather|arrow|orc|avro|h5|hdf5|mat|npy|npz|pkl|pickle|sqlite|db|zip|7z|rar|tar|tgz|bz2|xz|zst|gz',
  ].join('|')})$|^[^.]+$`,
  'i',
);

/**
 * The model under which a refused key is recorded: that of its folder, so that whoever asks for the model is
 * told; NO_MODEL when the folder is none of a model, or the file is none that is meant as a table. Such files
 * say nothing of the model: the marker of a folder, `_SUCCESS`, `.DS_Store`, `README.md`.
 */
export function modelOfRefusedKey(key: string): string {
  const [first = '', second, ...deeper] = key.split('/');
  const [model, file] = second === undefined ? [DEFAULT_MODEL, first] : [first, second];
  const isMeant = !/^[_.]/.test(file) && MAY_BE_TABLE.test(file);
  return deeper.length === 0 && isMeant && isModelName(model) ? model : NO_MODEL;
}

/** In UTF-8 such a name takes at most 400 bytes, so that a key, and an id that holds it, stay short. */
const MAX_STEM = 100;

/**
 * The key in the raw bucket of a file that somebody has on a machine: folders before its name are dropped,
 * and characters that are awkward in addresses and on terminals become `-`.
 *
 * @throws RefusedFileError `key` when no file of that name can be read
 */
export function rawKeyFor(model: string, fileName: string): string {
  const name = fileName.normalize('NFC').split(/[/\\]/).at(-1)!;
  const plain = name.replace(/[^\p{L}\p{M}\p{N}._()+=@, -]+/gu, '-').trim();
  const ending = /(?:\.\w{1,8}){0,2}$/.exec(plain)![0];
  const stem = [...plain.slice(0, plain.length - ending.length)].slice(0, MAX_STEM).join('');
  const key = `${model === DEFAULT_MODEL ? '' : `${model}/`}${stem}${ending}`;
  parseFileKey(key);
  return key;
}

/** Stands for a name that has no letter or digit of which a model's name could be made. */
const SOME_MODEL = 'my-model';

/** The model's name that is nearest to a text; empty only for an empty text. */
function modelNameFor(text: string): string {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  // Without a folder the file would be the default model's.
  if (text !== '' && !/[a-z0-9]/.test(plain)) return SOME_MODEL;
  return plain
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, 63)
    .replace(/-$/, '');
}

interface KeyFault {
  readonly fault: string;
  /** A key that would do; undefined where another file is needed, not another name. */
  readonly proposed?: string | undefined;
  readonly remedy?: string;
}

function nameFault(file: string): KeyFault {
  if (isSetMarker(file))
    return {
      fault: 'it completes no set',
      remedy: `put the parts and ${file} into a folder of their own: <model>/<set>/${file}`,
    };
  const fault = `its name does not end in ${TABLE_ENDINGS.join(', ')}`;
  if (/\.(xlsx?|xlsm|xlsb|ods|numbers)$/i.test(file))
    return {
      fault: `${fault}: it is a spreadsheet`,
      remedy: 'save the sheet as CSV (UTF-8), and upload that',
    };
  if (/\.(zip|7z|rar|tar|tgz|bz2|xz|zst|gz)$/i.test(file))
    return { fault, remedy: 'unpack it, or compress one CSV with gzip and name it <file>.csv.gz' };
  return { fault };
}

function refused(key: string, { fault, proposed, remedy }: KeyFault): RefusedFileError {
  const place = `upload it as <file>.csv or <model>/<file>.csv, or with another of these endings`;
  const fix = remedy ?? (proposed === undefined ? place : `upload it as ${shown(proposed)}`);
  return new RefusedFileError('key', `${shown(key)}: ${fault}`, { fix });
}
