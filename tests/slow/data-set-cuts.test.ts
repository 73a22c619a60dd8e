import { describe, expect, it } from 'vitest';
import { RefusedFileError } from '../../lib/errors.ts';
import { ingest } from '../helpers/csv-ingest.ts';
import { ingestSet, randomCutTable } from '../helpers/cut-table.ts';
import { xorshift } from '../helpers/xorshift.ts';

/** `npm run test:deep -- data-sets` looks at more, through the whole of ingestion. */
const SEEDS = 150;

const outcomeOf = async (work: Promise<Awaited<ReturnType<typeof ingest>>>) => {
  try {
    const result = await work;
    const { schema, label, classes, rows, datasetSha256, profile, rejectionsByCode, understood } = result;
    const warnings = result.warnings.map(({ code, column }) => `${code} ${column}`);
    return { schema, label, classes, rows, datasetSha256, profile, rejectionsByCode, understood, warnings };
  } catch (error) {
    if (!(error instanceof RefusedFileError)) throw error;
    return { refused: error.code };
  }
};

describe('a table that is cut into parts anywhere between records', () => {
  it(`gives the data set, the profiles and the sha256 of one file (${SEEDS} tables)`, async () => {
    const verdicts = { accepted: 0, refused: 0 };
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { whole, parts } = randomCutTable(xorshift(seed * 2_654_435_761 + 1));
      const expected = await outcomeOf(ingest(whole));
      const found = await outcomeOf(ingestSet(parts));
      if ('understood' in found && 'understood' in expected) {
        // The first part may be compressed, and the last line end is not seen where it is not written.
        const { compression: _, line_end: __, ...rest } = found.understood;
        expect(expected.understood, `seed ${seed}`).toMatchObject(rest);
        expect({ ...found, understood: 0 }, `seed ${seed}`).toEqual({ ...expected, understood: 0 });
      } else expect(found, `seed ${seed}`).toEqual(expected);
      verdicts['refused' in found ? 'refused' : 'accepted']++;
    }
    expect(verdicts.accepted).toBeGreaterThan(50);
    expect(verdicts.refused).toBeGreaterThan(5);
  });
});
