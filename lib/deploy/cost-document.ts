import { type CostLine, totalUsd } from '../cost/cost-lines.ts';
import { beyondFree, idleMonth } from './cost.ts';
import { IDLE_COUNTS } from './idle-counts.ts';
import { markdownTable } from './markdown-table.ts';
import {
  batchSeconds,
  ingestSeconds,
  partsOfTable,
  TABLE_SIZES,
  type TableSize,
  tableIngested,
  tableKept,
  tablePredicted,
} from './table-cost.ts';

/** Two decimals, as a bill has; a number of decimals that shows something for less. */
const dollars = (usd: number) =>
  usd === 0 ? '$0' : usd < 0.005 ? `$${usd.toPrecision(1)}` : `$${usd.toFixed(2)}`;

const number = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 7 });

/** What a month costs while nobody uses the system, with Terraform's defaults. */
export function idleTotals(): { readonly full: string; readonly withFreeTier: string } {
  const lines = idleMonth(IDLE_COUNTS);
  return { full: dollars(totalUsd(lines)), withFreeTier: dollars(totalUsd(beyondFree(lines))) };
}

/** The table of terraform/README.md with what a system costs that nobody uses. */
export function idleDocument(): string {
  const row = ({ what, units, price }: CostLine) => [
    what,
    dollars(units * price.usd),
    `${number(units)} x $${number(price.usd)} per ${price.unit}`,
  ];
  const { full, withFreeTier } = idleTotals();
  const { alarmResources, alarms } = IDLE_COUNTS;
  const sum = `${alarmResources} alarms look at ${alarms} metrics. So ${full} before the free tier, ${withFreeTier} with it.`;
  return `${markdownTable(['what', 'a month', 'formula'], idleMonth(IDLE_COUNTS).map(row))}\n${sum}\n`;
}

/** The default in a new account, and what a quota of a thousand leaves room for. */
const AT_ONCE = [2, 100];

/** The table of terraform/README.md with what large tables cost, and how long they take. */
export function tableDocument(): string {
  const row = (what: string, cell: (size: TableSize) => string) => [what, ...TABLE_SIZES.map(cell)];
  const cost = (lines: (size: TableSize) => CostLine[]) => (size: TableSize) =>
    dollars(totalUsd(lines(size)));
  const rows = [
    row('size, files of at most 5 GiB, lots', (size) => {
      const { bytes, files, lots } = partsOfTable(size);
      return `${number(bytes / 1e9)} GB, ${number(files)}, ${number(lots)}`;
    }),
    ...AT_ONCE.map((atOnce) =>
      row(`predicted, ${atOnce} lots at once`, (size) => duration(batchSeconds(size, atOnce))),
    ),
    row('cost of it', cost(tablePredicted)),
    row('ingested, one file after the other', (size) => duration(ingestSeconds(size))),
    row('cost of it and of training on each file, at most', cost(tableIngested)),
    row('a month of files and results', cost(tableKept)),
  ];
  return markdownTable(['', ...TABLE_SIZES.map(({ title }) => title)], rows);
}

/** A time to two digits or so: nothing here is known better. */
function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  const hours = seconds / 3600;
  return `${hours < 10 ? hours.toFixed(1) : Math.round(hours)} h`;
}
