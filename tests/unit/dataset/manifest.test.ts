import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { summaryOf, understoodSummary } from '../../../lib/dataset/manifest.ts';
import type { Understood } from '../../../lib/dataset/understand/understood.ts';
import { ingest } from '../../helpers/csv-ingest.ts';

it('sums up the dialect, the label and the columns that are written in a way of their own', async () => {
  const rows = Array.from(
    { length: 60 },
    (_, i) => `${i};1,${i};${i % 9 ? i % 7 : 'NA'};${i % 2 ? 'x' : 'y'}`,
  );
  const { understood, warnings } = await ingest(`# made\nId;price;size;class\n${rows.join('\r\n')}\r\n`);
  const summary = summaryOf(understood, warnings);
  expect(z.parse(understoodSummary, summary)).toEqual(summary);
  expect(summary).toMatchObject({
    format: 'csv',
    delimiter: ';',
    decimal: ',',
    line_end: 'mixed',
    skipped_lines: 1,
    label: { name: 'class', chosen_by: 'name', likelier: [] },
    ignored: [{ name: 'Id', reason: 'row_number' }],
    columns: [{ name: 'size', kind: 'numeric', written_as: null, gaps: ['NA'] }],
  });
});

it('stays short for a thousand columns of long names and gaps', async () => {
  const long = '\u{1f34f}'.repeat(128);
  const { understood } = await ingest(
    `a,class\n${Array.from({ length: 30 }, (_, i) => `${i}.5,${i % 2}`).join('\n')}`,
  );
  const many = Array.from({ length: 999 }, () => long);
  const wide: Understood = {
    ...understood,
    ignored: many.map((name) => ({ name, reason: 'empty' as const })),
    columns: many.map((name) => ({ name, kind: 'numeric', written_as: 'currency', gaps: many })),
  };
  const summary = summaryOf(wide, []);
  expect(z.parse(understoodSummary, summary)).toEqual(summary);
  expect(Buffer.byteLength(JSON.stringify(summary))).toBeLessThan(60_000);
});
