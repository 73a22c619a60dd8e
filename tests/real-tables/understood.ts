/**
 * Prints what is understood of tables: `node tests/real-tables/understood.ts FILE...`, to be judged by
 * people. README.md says where real files come from and how they were judged.
 */
import { basename } from 'node:path';
import { localFile } from '../../lib/cli/ingest-file.ts';
import { outcomeOf } from '../helpers/table-cases.ts';

for (const path of process.argv.slice(2)) {
  const { verdict, report } = await outcomeOf({ file: await localFile(path) });
  const { delimiter, decimal, header, label, ignored = [], columns = [] } = report.understood;
  const kinds = columns.map(({ name, kind, written_as, gaps }) => {
    const more = [...(written_as ? [written_as] : []), ...gaps.map((gap) => JSON.stringify(gap))];
    return `${name}: ${kind}${more.length > 0 ? ` (${more.join(' ')})` : ''}`;
  });
  console.log(`${basename(path)}: ${verdict}`);
  console.log(`  delimiter ${JSON.stringify(delimiter)}, decimal ${decimal}, header ${header}`);
  if (label)
    console.log(
      `  label ${label.name} by ${label.chosen_by}; likelier: ${label.likelier.join(', ') || 'none'}`,
    );
  console.log(
    `  ignored: ${ignored.map(({ name, reason }) => `${JSON.stringify(name)} ${reason}`).join(', ') || 'none'}`,
  );
  console.log(`  columns: ${kinds.join(', ')}`);
  if ('warnings' in report)
    console.log(`  warnings: ${report.warnings.map(({ code }) => code).join(', ') || 'none'}`);
  else console.log(`  ${report.code}: ${report.message}\n  fix: ${report.fix}`);
}
