import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { integerOr, optionalText, requiredText } from '../../../lib/config.ts';
import { settingsDocument, settingsOf, settingsTable } from '../../../lib/deploy/settings-document.ts';
import { FUNCTION_NAMES, FUNCTIONS, type FunctionFacts } from '../../../lib/functions.ts';

const fieldsOf = async (name: string) =>
  ((await import(`../../../functions/${name}/settings.ts`)) as { settings: z.core.$ZodShape }).settings;

describe('functions/SETTINGS.md', () => {
  it('is what `npm run docs:settings` writes', async () => {
    const written = readFileSync(new URL('../../../functions/SETTINGS.md', import.meta.url), 'utf8');
    expect(written).toBe(await settingsDocument());
  });

  it.each(FUNCTION_NAMES)('has all that the handler of %s parses, each with a meaning', async (name) => {
    const handler = readFileSync(new URL(`../../../functions/${name}/handler.ts`, import.meta.url), 'utf8');
    expect(handler).toContain('readConfiguration(settings, process.env)');
    const settings = settingsOf(name, await fieldsOf(name));
    expect(settings.filter(({ meaning }) => meaning === '')).toEqual([]);
  });
});

describe('what lib/functions.ts gives one function only', () => {
  it.each(FUNCTION_NAMES)('is what the handler of %s reads', async (name) => {
    const { environment, localSettings }: FunctionFacts = FUNCTIONS[name];
    const fields = await fieldsOf(name);
    expect(Object.keys(fields)).toEqual(
      expect.arrayContaining([...environment, ...Object.keys(localSettings)]),
    );
    for (const [variable, text] of Object.entries(localSettings))
      expect(z.safeParse(fields[variable]!, text).success, `${variable}=${text}`).toBe(true);
  });
});

describe('settingsTable', () => {
  const row = (fields: z.core.$ZodShape) => settingsTable(settingsOf('predict', fields)).split('\n')[2];

  it('says bounds, default, what is required, and how large bytes are', () => {
    expect(row({ A_BUCKET: requiredText('a <name>') })).toBe(
      '| `A_BUCKET` | predict | text | required |  | a &lt;name> |',
    );
    expect(row({ FILE_BYTES: integerOr(3 * 1024 ** 2, { min: 1, max: 9 }, 'size') })).toBe(
      '| `FILE_BYTES` | predict | whole number from 1 to 9 | `3145728` (3 MiB) |  | size |',
    );
    expect(row({ MODEL_REFRESH_SECONDS: optionalText('age') })).toBe(
      '| `MODEL_REFRESH_SECONDS` | predict | text | none | `2` | age |',
    );
  });

  it('refuses a variable that two functions take differently', () => {
    const taken = (['predict', 'models'] as const).flatMap((name) =>
      settingsOf(name, { LIMIT: optionalText(`of ${name}`) }),
    );
    expect(() => settingsTable(taken)).toThrow(
      'LIMIT: expected one meaning in all functions, differs in predict, models',
    );
  });
});
