import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { contractJsonSchema } from '../../../lib/dataset/contract-json-schema.ts';
import { parseContract } from '../../../lib/dataset/understand/contract.ts';

const FILE = new URL('../../../lib/dataset/schema-json.schema.json', import.meta.url);
const validate = new Ajv2020({ strict: false }).compile(contractJsonSchema());

const GOOD: readonly unknown[] = [
  {},
  {
    $schema: './schema-json.schema.json',
    delimiter: ';',
    decimal: ',',
    encoding: 'windows-1252',
    quote: "'",
    header: false,
    skip_lines: 2,
    label: 'quality',
    columns: [
      { name: 'alcohol', type: 'numeric', min: 0, max: 100, nullable: false, format: 'percent' },
      { name: 'colour', type: 'categorical', categories: ['red', 'white'] },
    ],
    ignore: ['id'],
    missing_tokens: ['-'],
    default_missing_tokens: false,
    max_rejected_share: 0.01,
  },
];
const BAD: readonly unknown[] = [
  { lable: 'x' },
  { label: '' },
  { label: 1 },
  { delimiter: 'ab' },
  { delimiter: 'a' },
  { quote: '\n' },
  { decimal: ';' },
  { header: 'yes' },
  { skip_lines: -1 },
  { skip_lines: 1.5 },
  { columns: [] },
  { columns: [{ name: 'a' }] },
  { columns: [{ name: 'a', type: 'text' }] },
  { columns: [{ name: 'a', type: 'numeric', categories: ['x'] }] },
  { columns: [{ name: 'a', type: 'numeric', format: 'roman' }] },
  { max_rejected_share: 1.1 },
  [],
  'x',
];

function isTaken(contract: unknown): boolean {
  try {
    parseContract(JSON.stringify(contract));
    return true;
  } catch {
    return false;
  }
}

describe('the JSON Schema of schema.json', () => {
  it('is what `npm run contract:schema` writes', () => {
    expect(readFileSync(FILE, 'utf8')).toBe(`${JSON.stringify(contractJsonSchema(), null, 2)}\n`);
  });

  it.each([...GOOD.map((contract) => [true, contract]), ...BAD.map((contract) => [false, contract])])(
    'says %j of %j, as ingestion does',
    (isGood, contract) => {
      expect(isTaken(contract)).toBe(isGood);
      expect(validate(contract)).toBe(isGood);
    },
  );

  it('describes every key', () => {
    const { properties } = contractJsonSchema() as { properties: Record<string, { description?: string }> };
    for (const [key, { description }] of Object.entries(properties))
      expect(description, key).toMatch(/^[A-Z].+\.$/);
  });
});
