import { describe, expect, it } from 'vitest';
import { parseContract } from '../../../../lib/dataset/understand/contract.ts';
import { RefusedFileError } from '../../../../lib/errors.ts';
import { ingest, refusalOf } from '../../../helpers/csv-ingest.ts';

const FILE = 'a,b,kind\n1,red,x\n2,blue,y\n3,red,x\n4,red,y\n';

describe('schema.json', () => {
  it('lists all its faults at once', () => {
    const contract = {
      label: 'a',
      colums: [],
      columns: [
        { name: 'a', type: 'numeric', min: 2, max: 1 },
        { name: 'b', type: 'text' },
      ],
      max_rejected_share: 2,
    };
    expect(() => parseContract(contract)).toThrow(RefusedFileError);
    expect(() => parseContract(contract)).toThrow(
      /colums[\s\S]*max_rejected_share|max_rejected_share[\s\S]*colums/,
    );
  });

  it('lists contradictions at once', () => {
    const contract = {
      label: 'a',
      ignore: ['a', 'b'],
      columns: [
        { name: 'b', type: 'numeric', min: 2, max: 1 },
        { name: 'b', type: 'numeric' },
      ],
    };
    expect(() => parseContract(JSON.stringify(contract))).toThrow(
      /listed twice[\s\S]*also in columns[\s\S]*is the label[\s\S]*above max/,
    );
  });

  it('is refused with code contract when it is not JSON', () => {
    expect(() => parseContract('{')).toThrow(expect.objectContaining({ code: 'contract' }));
  });

  it('names the line of a fault of its JSON in words, as no line of the table', () => {
    expect(() => parseContract('{\n"label": x}')).toThrow(
      expect.objectContaining({ message: expect.stringContaining('line 2, column 10'), line: undefined }),
    );
  });

  it('may have bounds that no double holds exactly', () => {
    const [column] = parseContract(
      '{"columns": [{"name": "x", "type": "numeric", "max": 9223372036854775807}]}',
    ).columns!;
    expect(column).toMatchObject({ max: 2 ** 63 });
  });

  it('says who promotes, which is no part of the data set', async () => {
    const { datasetSha256 } = await ingest(FILE);
    for (const promotion of ['automatic', 'by_hand'] as const) {
      const contract = parseContract({ promotion });
      expect(contract).toEqual({ promotion });
      expect((await ingest(FILE, { contract })).datasetSha256).toBe(datasetSha256);
    }
    expect(() => parseContract({ promotion: 'never' })).toThrow(
      'promotion: expected "automatic" or "by_hand", got',
    );
    expect(() => parseContract({ promotion: true })).toThrow('promotion: expected');
  });

  it('overrides label, types, ranges, categories, ignored columns and missing tokens', async () => {
    const contract = parseContract({
      label: 'b',
      columns: [
        { name: 'kind', type: 'categorical', categories: ['y', 'x'] },
        { name: 'a', type: 'numeric', min: 1, max: 3 },
      ],
      missing_tokens: ['x'],
      max_rejected_share: 0.5,
    });
    const { schema, rows, rejectionExamples } = await ingest(FILE, { contract });
    expect(schema.feature_order).toEqual(['kind', 'a']);
    expect(schema.columns[0]).toEqual({
      name: 'kind',
      type: 'categorical',
      nullable: true,
      categories: ['y'],
      allowed: ['x', 'y'],
    });
    expect(rows.rejected).toBe(1);
    expect(rejectionExamples[0]).toMatchObject({ line: 5, column: 'a', code: 'range', value: '4' });
  });

  it('rejects a category that it does not list', async () => {
    const columns = [
      { name: 'a', type: 'numeric' },
      { name: 'b', type: 'categorical', categories: ['red'] },
    ];
    const { rejectionExamples } = await ingest(FILE, {
      contract: parseContract({ columns, max_rejected_share: 0.5 }),
    });
    expect(rejectionExamples).toEqual([{ line: 3, column: 'b', code: 'category', value: 'blue' }]);
  });

  it('refuses a file that lacks columns, and names the missing and the present ones', async () => {
    const refusal = await refusalOf(FILE, {
      contract: parseContract({ label: 'kind', columns: [{ name: 'c', type: 'numeric' }] }),
    });
    expect(refusal.code).toBe('schema');
    expect(refusal.message).toMatch(/"c" is missing.*the file has "a", "b"/);
  });
});

describe('feature order', () => {
  it("is the champion's when the names match, with a warning, and does not change the data set", async () => {
    const plain = await ingest(FILE);
    const kept = await ingest(FILE, { featureOrder: ['b', 'a'] });
    expect(plain.schema.feature_order).toEqual(['a', 'b']);
    expect(kept.schema.feature_order).toEqual(['b', 'a']);
    expect(kept.warnings.map(({ code }) => code)).toContain('feature_order');
    expect(kept.datasetSha256).toBe(plain.datasetSha256);
    expect((await ingest(FILE, { featureOrder: ['b', 'z'] })).schema.feature_order).toEqual(['a', 'b']);
  });
});
