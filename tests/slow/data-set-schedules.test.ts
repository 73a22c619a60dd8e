import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cutTable, randomCutTable } from '../helpers/cut-table.ts';
import { xorshift } from '../helpers/xorshift.ts';
import { differencesFrom } from '../simulation/set-differences.ts';
import { openSetWorld, runSetSchedule, type SetTrouble, type SetWorld } from '../simulation/set-world.ts';

/** `npm run test:deep -- data-sets` searches 1,000. */
const SEEDS = [1, 2, 3];

let world: SetWorld;
beforeAll(async () => {
  world = await openSetWorld();
});
afterAll(() => world.close());

const table = (rows: number) => [
  'length,width,class',
  ...Array.from({ length: rows }, (_, i) => `${(i % 17) + (i % 2) * 9}.5,${i % 5},${i % 2 ? 'a' : 'b'}`),
];
const fifty = (rows = 500) => {
  const [header = '', ...records] = table(rows);
  const size = rows / 50;
  return Array.from({ length: 50 }, (_, part) => ({
    name: `part-${String(part).padStart(5, '0')}.csv`,
    bytes: Buffer.from(`${[header, ...records.slice(part * size, (part + 1) * size)].join('\n')}\n`),
  }));
};
const withPart = (at: number, text: string) =>
  fifty().map((part, index) => (index === at ? { ...part, bytes: Buffer.from(text) } : part));

describe('a set whose parts come late, twice and out of order, and whose steps are killed and told twice', () => {
  it.for(SEEDS)('gives what one file with its rows gives (seed %i)', async (seed) => {
    const { whole, parts } = randomCutTable(xorshift(seed * 2_654_435_761 + 1));
    const outcome = await runSetSchedule({ world, seed, parts, trouble: { share: 0.4 } });
    expect(await differencesFrom(whole, outcome), `seed ${seed}`).toEqual([]);
  });
});

describe('a set of 50 parts', () => {
  it.each(['_COMPLETE', '_SUCCESS'])('gives what one file gives, completed by %s', async (marker) => {
    const outcome = await runSetSchedule({ world, seed: 1, parts: fifty(), marker });
    expect(await differencesFrom(`${table(500).join('\n')}\n`, outcome)).toEqual([]);
    expect(outcome.manifest?.source).toMatchObject({ key: expect.stringContaining(marker), parts: 50 });
    expect(outcome.report?.parts?.[49]).toMatchObject({
      name: 'part-00049.csv',
      rows: { read: 10, rejected: 0 },
    });
  });

  it('is refused for a part that does not agree, with the part and the line', async () => {
    const other = 'length,depth,class\n1,2,a\n';
    const { entry, report, manifests } = await runSetSchedule({ world, seed: 1, parts: withPart(17, other) });
    expect(entry).toMatchObject({
      status: 'refused',
      detail: expect.stringMatching(
        /^parts: the part "part-00017.csv", line 1: expected the header of "part-00000.csv"/,
      ),
    });
    expect(report).toMatchObject({ code: 'parts', line: 1 });
    expect(manifests).toEqual([]);
  });

  it.each([
    ['length;width;class\n1;2;a\n', 'parts', 'expected the delimiter of "part-00000.csv", a comma; got ";"'],
    ['width,length,class\n1,2,a\n', 'parts', 'write the columns of all parts in one order'],
    ['1,2,a\n3,4,b\n', 'parts', 'got "1", "2", "a"'],
    ['length,width,class\n1,"2,a\n', 'quoting', 'the part "part-00017.csv": line 2'],
    [
      `length,width,class\n${'many,words,a\n'.repeat(25)}`,
      'parts',
      'the part "part-00017.csv", line 2: none of its 25 rows fits what was understood',
    ],
  ])('is refused for a part %j as %s', async (text, code, words) => {
    const { entry, manifests } = await runSetSchedule({ world, seed: 1, parts: withPart(17, text) });
    expect(entry.status).toBe('refused');
    expect(entry.detail).toContain(`${code}: `);
    expect(entry.detail).toContain(words);
    expect(manifests).toEqual([]);
  });

  it('says of a rejected row in which part and line it is', async () => {
    const outcome = await runSetSchedule({
      world,
      seed: 1,
      parts: withPart(17, 'length,width,class\n1,2,a\n1,wide,a\n'),
    });
    expect(outcome.report?.rejections.examples).toEqual([
      { part: 'part-00017.csv', line: 3, column: 'width', code: 'number', value: 'wide' },
    ]);
    expect(outcome.report?.parts?.[17]?.rows).toEqual({ read: 2, accepted: 1, rejected: 1, blank: 0 });
  });

  it('passes over parts without a row, and what Spark leaves beside them', async () => {
    const [header = '', ...records] = table(40);
    const parts = [
      { name: 'part-0.csv', bytes: Buffer.alloc(0) },
      { name: 'part-1.csv', bytes: Buffer.from(`${header}\n${records.join('\n')}`) },
      { name: 'part-2.csv', bytes: Buffer.from(header) },
      { name: '_committed_1', bytes: Buffer.from('{}') },
      { name: '.part-1.csv.crc', bytes: Buffer.from('crc') },
    ];
    const outcome = await runSetSchedule({ world, seed: 1, parts });
    expect(await differencesFrom(`${table(40).join('\n')}\n`, outcome)).toEqual([]);
    expect(outcome.report?.parts?.map(({ rows }) => rows.read)).toEqual([0, 40, 0]);
  });

  it('is read under the contract of its model', async () => {
    const contract = '{"label":"width","ignore":["class"]}';
    const outcome = await runSetSchedule({ world, seed: 1, parts: fifty(), contract });
    expect(outcome.manifest).toMatchObject({ label: 'width', contract: { sha256: expect.any(String) } });
  });
});

describe('a set that cannot be read ends, with a reason, and without a manifest', () => {
  const ended = async (trouble: Partial<SetTrouble>, settings = {}) =>
    await runSetSchedule({ world, seed: 5, parts: fifty(), trouble: { share: 0, ...trouble }, settings });

  it('when a part kills every worker', async () => {
    const { entry, manifests } = await ended({ poisonPart: 2 });
    expect(entry).toMatchObject({ status: 'failed', detail: expect.stringContaining('put _COMPLETE again') });
    expect(manifests).toEqual([]);
  });

  it('when a part failed and the interpreter passed over it', async () => {
    const { entry, manifests } = await ended({ swallowedPart: 1 });
    expect(entry).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('the part "part-00001.csv", 2 of 50, was not read'),
    });
    expect(manifests).toEqual([]);
  });

  it('when a part is deleted half-way', async () => {
    const { entry, manifests } = await ended({ deletedPart: 3 });
    expect(entry).toMatchObject({
      status: 'gone',
      detail: 'The part "part-00003.csv" was deleted before it was read.',
    });
    expect(manifests).toEqual([]);
  });

  it.each([
    ['of too many parts', { maxSetParts: 49 }, 'parts: the set has 50 parts; at most 49 are read'],
    ['of too many bytes', { maxSetBytes: 100 }, 'size: the parts have'],
    ['of a part that is too large', { maxFileBytes: 50 }, 'size: the part "part-00000.csv" has'],
  ])('when it is one %s', async (_, settings, words) => {
    const { entry, manifests } = await ended({}, settings);
    expect(entry).toMatchObject({ status: 'refused', detail: expect.stringContaining(words) });
    expect(manifests).toEqual([]);
  });

  it('when it has no part, or something that is none', async () => {
    const none = await runSetSchedule({ world, seed: 1, parts: [] });
    expect(none.entry).toMatchObject({ status: 'refused', detail: expect.stringContaining('has no parts') });
    const { parts } = cutTable(table(9), '\n', xorshift(3));
    const odd = await runSetSchedule({
      world,
      seed: 1,
      parts: [...parts, { name: 'deeper/x.csv', bytes: Buffer.from('a,b\n') }],
    });
    expect(odd.entry).toMatchObject({ status: 'refused', detail: expect.stringContaining('is no part') });
  });
});
