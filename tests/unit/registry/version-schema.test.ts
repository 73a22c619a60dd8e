import { describe, expect, it } from 'vitest';
import type { DatasetSchema } from '../../../lib/columns/dataset-schema.ts';
import { readVersionSchema, requestSha256, schemaObject } from '../../../lib/registry/version-schema.ts';
import { putObject } from '../../../lib/storage/objects.ts';
import { MemoryS3 } from '../../helpers/memory-s3.ts';

const SCHEMA: DatasetSchema = {
  columns: [
    { name: 'x', type: 'numeric', nullable: false, min: null, max: null },
    { name: 'town', type: 'categorical', nullable: true, categories: ['a', 'é'], allowed: null },
  ],
  label: 'kind',
  feature_order: ['x', 'town'],
  missing_tokens: [],
  ignored: [],
};
const ARTIFACT = 'a'.repeat(64);
const s3 = new MemoryS3().client((_command, _input, send) => send());

describe('readVersionSchema', () => {
  const { key, sha256, text } = schemaObject('m', ARTIFACT, SCHEMA);
  const stored = { schema_key: key, schema_sha256: sha256 };

  it('reads what was stored beside the artifact, by its own sha256', async () => {
    await putObject(s3, { bucket: 'models', key }, text, 'application/json');
    expect(key).toBe(`m/${ARTIFACT}.${sha256}.schema.json`);
    expect(await readVersionSchema(s3, 'models', stored)).toEqual(SCHEMA);
  });

  it('reads a schema that an earlier release kept in the entry', async () => {
    expect(await readVersionSchema(s3, 'models', { schema: { label: 'kind' } })).toEqual({ label: 'kind' });
  });

  it('says what to do when the object is gone or holds other bytes', async () => {
    const gone = { ...stored, schema_key: 'm/none.schema.json' };
    await expect(readVersionSchema(s3, 'models', gone)).rejects.toMatchObject({
      code: 'schema_missing',
      message:
        'models/m/none.schema.json: the schema of a version is not there; restore it from the older versions of the object',
    });
    await putObject(s3, { bucket: 'models', key: 'm/x.schema.json' }, '{}', 'application/json');
    await expect(
      readVersionSchema(s3, 'models', { ...stored, schema_key: 'm/x.schema.json' }),
    ).rejects.toMatchObject({ code: 'schema_damaged' });
  });
});

describe('requestSha256', () => {
  it('is the same for what a request does not show, and another for names, order, kinds and label', () => {
    const of = (changes: Partial<DatasetSchema>) => requestSha256({ ...SCHEMA, ...changes });
    const [x, town] = SCHEMA.columns;
    expect(of({ missing_tokens: ['NA'], ignored: ['id'], columns: [town!, x!] })).toBe(of({}));
    const others = [
      of({ label: 'other' }),
      of({ feature_order: ['town', 'x'] }),
      of({ columns: [{ ...town!, name: 'x' }, town!] }),
      of({ feature_order: ['x'] }),
    ];
    expect(new Set([of({}), ...others]).size).toBe(5);
  });
});
