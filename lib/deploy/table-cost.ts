import { type CostLine, gigabyteSeconds, line } from '../cost/cost-lines.ts';
import { PRICES } from '../cost/prices.ts';
import { FUNCTIONS } from '../functions.ts';
import { OF_A_GIGABYTE } from './cost.ts';

const { batch, ingest, train } = FUNCTIONS;

/** Rates that were measured: tests/bench/README.md, "Seen beside", says where and how. */
export const MEASURED = {
  /** Four numbers, a model of 10,000 rows, one process. */
  predictedRowsPerSecond: 41_000,
  /** The pass over quotes, which cuts a file. */
  passedMegabytesPerSecond: 250,
} as const;

/** What a row of four numbers and a label has about, and its prediction and confidence add. */
const ROW_BYTES = 40;
const ANSWER_BYTES = 30;

/** The defaults of BATCH_LOT_ROWS and MAX_BATCH_BYTES. */
const LOT_ROWS = 250_000;
const FILE_BYTES = 5 * 1024 ** 3;

/** Steps of an execution that are billed, and of the child that each lot is. */
const STEPS_OF_A_FILE = 7;
const STEPS_OF_A_LOT = 2;

/** An upload in parts of about 8 MB, its ends, and the notes. */
const PART_BYTES = 8e6;
const PUTS_OF_A_LOT = 5;
const GETS_OF_A_LOT = 6;

export interface TableSize {
  readonly title: string;
  readonly rows: number;
}

export const TABLE_SIZES: readonly TableSize[] = [
  { title: '1 million rows', rows: 1e6 },
  { title: '100 million rows', rows: 100e6 },
  { title: '1 TB', rows: 1e12 / ROW_BYTES },
];

/** How a table is divided. */
export interface TableParts {
  readonly bytes: number;
  readonly files: number;
  readonly lots: number;
}

export function partsOfTable({ rows }: TableSize): TableParts {
  const bytes = rows * ROW_BYTES;
  const files = Math.ceil(bytes / FILE_BYTES);
  return { bytes, files, lots: files * Math.ceil(rows / files / LOT_ROWS) };
}

/** Seconds of one lot in one worker. */
const LOT_SECONDS = LOT_ROWS / MEASURED.predictedRowsPerSecond;

/** How long all lots of a table take, so many at once: the last ones fill no whole round. */
export const batchSeconds = (size: TableSize, atOnce: number): number =>
  passSeconds(size) +
  Math.ceil(partsOfTable(size).lots / atOnce) * Math.min(LOT_SECONDS, predictSeconds(size));

const predictSeconds = ({ rows }: TableSize) => rows / MEASURED.predictedRowsPerSecond;
const passSeconds = ({ rows }: TableSize) => (rows * ROW_BYTES) / 1e6 / MEASURED.passedMegabytesPerSecond;

/** What it costs to have a table predicted, without keeping it. */
export function tablePredicted(size: TableSize): CostLine[] {
  const { bytes, files, lots } = partsOfTable(size);
  const resultBytes = bytes + size.rows * ANSWER_BYTES;
  const puts = (bytes + resultBytes) / PART_BYTES + lots * PUTS_OF_A_LOT;
  return [
    line(
      `batch, ${batch.memoryMb} MB`,
      gigabyteSeconds(batch.memoryMb, predictSeconds(size) + passSeconds(size)),
      PRICES.functionGigabyteSecond,
    ),
    line('calls', lots + 3 * files, PRICES.functionCall),
    line('steps', lots * STEPS_OF_A_LOT + files * STEPS_OF_A_FILE, PRICES.stateTransition),
    line('PUT', puts, PRICES.objectPut),
    line('GET', lots * GETS_OF_A_LOT, PRICES.objectGet),
  ];
}

/** What it costs a month to keep a table and its predictions. */
export const tableKept = (size: TableSize): CostLine[] => [
  line(
    'file and result',
    (2 * size.rows * ROW_BYTES + size.rows * ANSWER_BYTES) / 1e9,
    PRICES.objectGigabyteMonth,
  ),
];

/** The most that it costs to ingest a table and train on it, each of its files a data set of its own. */
export function tableIngested(size: TableSize): CostLine[] {
  const { bytes, files } = partsOfTable(size);
  return [
    line('ingest', gigabyteSeconds(ingest.memoryMb, ingestSeconds(size)), PRICES.functionGigabyteSecond),
    line(
      'train, at most',
      gigabyteSeconds(train.memoryMb, files * OF_A_GIGABYTE.trainSeconds),
      PRICES.functionGigabyteSecond,
    ),
    line('PUT', (bytes * (1 + OF_A_GIGABYTE.parquetGigabytes)) / PART_BYTES, PRICES.objectPut),
  ];
}

/** Seconds of ingestion, one file after the other. */
export const ingestSeconds = (size: TableSize): number =>
  (partsOfTable(size).bytes / 1e9) * OF_A_GIGABYTE.ingestSeconds;
