import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import { FUNCTION_NAMES, FUNCTIONS, type FunctionFacts, type FunctionName } from '../functions.ts';
import { codeCell, markdownTable, replaceBetween, sentenceCell } from './markdown-table.ts';

/**
 * `npm run docs:settings`: writes what each function reads of its environment into functions/SETTINGS.md,
 * from the fields that its handler parses it with. A test fails while they differ.
 */
const DOCUMENT = new URL('../../functions/SETTINGS.md', import.meta.url);

/** A field as JSON Schema says it. */
interface Field {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: string;
  readonly description?: string;
}

/** A variable of the environment, as the table has it. */
export interface Setting {
  readonly name: string;
  readonly type: string;
  readonly preset: string;
  readonly laptop: string;
  readonly meaning: string;
}

/** The document's text with its table written anew. */
export async function settingsDocument(): Promise<string> {
  const each = await Promise.all(FUNCTION_NAMES.map(async (name) => settingsOf(name, await fieldsOf(name))));
  const text = readFileSync(DOCUMENT, 'utf8');
  return replaceBetween(text, 'functions/SETTINGS.md', 'settings', settingsTable(each.flat()));
}

/** Read where it lies, as the bundler reads handlers: lib knows no function by an import. */
async function fieldsOf(name: FunctionName): Promise<z.core.$ZodShape> {
  const module: unknown = await import(`../../functions/${name}/settings.ts`);
  return (module as { settings: z.core.$ZodShape }).settings;
}

/** What a function takes, in words. Variables are text: what they must say is what parsing makes of them. */
export function settingsOf(name: FunctionName, fields: z.core.$ZodShape): (Setting & { of: FunctionName })[] {
  const { localSettings }: FunctionFacts = FUNCTIONS[name];
  const [taken, made] = (['input', 'output'] as const).map((io) =>
    z.toJSONSchema(z.object(fields), { io, unrepresentable: 'any' }),
  );
  const required = new Set(taken!.required);
  return Object.keys(fields).map((variable) => {
    const [input, output] = [taken, made].map((schema) => schema!.properties![variable] as Field);
    return {
      of: name,
      name: variable,
      type: typeOf(input!, output!),
      preset: required.has(variable) ? 'required' : presetOf(variable, input!.default),
      laptop: localSettings[variable] === undefined ? '' : codeCell(localSettings[variable]),
      meaning: input!.description ?? '',
    };
  });
}

function typeOf(input: Field, output: Field): string {
  if (input.enum) return input.enum.map(codeCell).join(' or ');
  switch (output.type) {
    case 'integer':
      return `whole number from ${output.minimum} to ${output.maximum}`;
    case 'number':
      return `number from ${output.minimum} to ${output.maximum}`;
    case 'object':
      return 'JSON';
    default:
      return input.maxLength === undefined
        ? 'text'
        : `text of ${input.minLength} to ${input.maxLength} characters`;
  }
}

function presetOf(name: string, value: string | undefined): string {
  if (value === undefined || value === '') return 'none';
  const size = name.endsWith('_BYTES') ? ` (${sizeInWords(Number(value))})` : '';
  return `${codeCell(value)}${size}`;
}

const sizeInWords = (bytes: number) =>
  bytes >= 1024 ** 3 ? `${bytes / 1024 ** 3} GiB` : `${bytes / 1024 ** 2} MiB`;

/** A row for each variable, however many functions take it: they take it alike. */
export function settingsTable(settings: readonly (Setting & { of: FunctionName })[]): string {
  const names = [...new Set(settings.map(({ name }) => name))];
  const rows = names.map((name) => {
    const alike = settings.filter((setting) => setting.name === name);
    const cells = alike.map(({ type, preset, laptop, meaning }) => [
      type,
      preset,
      laptop,
      sentenceCell(meaning),
    ]);
    if (new Set(cells.map((row) => row.join('|'))).size > 1)
      throw new Error(`${name}: expected one meaning in all functions, differs in ${listed(alike)}`);
    return [codeCell(name), listed(alike), ...cells[0]!];
  });
  return markdownTable(['variable', 'function', 'value', 'default', 'on a laptop', 'meaning'], rows);
}

const listed = (settings: readonly { of: FunctionName }[]) => settings.map(({ of }) => of).join(', ');

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(DOCUMENT, await settingsDocument());
