import { standardOutput } from '../terminal.ts';
import { costTable, gigabyteIngested, idleMonth, millionPredictions, storedGigabyteMonth } from './cost.ts';
import { IDLE_COUNTS } from './idle-counts.ts';
import { TABLE_SIZES, tableIngested, tableKept, tablePredicted } from './table-cost.ts';

/** `npm run cost`: prints every line of what terraform/README.md says it costs. */
const predictions = [1, 100].map((perSecond) => {
  const title = `A million predictions, ${perSecond} a second`;
  return costTable(title, millionPredictions({ perSecond, billedMs: 10 }));
});
const tables = TABLE_SIZES.flatMap((size) => [
  costTable(`${size.title} predicted`, tablePredicted(size)),
  costTable(`${size.title} ingested, at most`, tableIngested(size)),
  costTable(`${size.title} kept for a month with its predictions`, tableKept(size)),
]);
const document = [
  'US dollars, us-east-1, without the free tier; prices as published, see lib/cost/prices.ts\n',
  costTable('A month in which nobody uses it, with the defaults', idleMonth(IDLE_COUNTS)),
  ...predictions,
  costTable('A gigabyte of CSV', gigabyteIngested()),
  costTable('A gigabyte kept for a month', storedGigabyteMonth(), false),
  ...tables,
].join('\n');
standardOutput.lines(document.trimEnd().split('\n'));
