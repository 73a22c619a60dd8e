import { drawn } from '../helpers/faulty-client.ts';

/** A file that is uploaded before anything runs. */
export interface PlannedFile {
  readonly key: string;
  readonly body: string;
}

/** The function whose calls a fault hits. */
export type Stage = 'ingest' | 'train';

/** A call that fails: the operation, and what its key or its item's key contains. */
interface FaultyCall {
  readonly stage: Stage;
  readonly name: string;
  readonly command: RegExp;
  readonly target: RegExp;
}

const call = (stage: Stage, command: string, target: string, name = `${command} ${target}`): FaultyCall => ({
  stage,
  name: `${stage}: ${name}`,
  command: new RegExp(`^${command}Command$`),
  target: new RegExp(target),
});

/** Every step of both functions that can fail for good. */
export const FAULTY_CALLS: readonly FaultyCall[] = [
  call('ingest', 'UpdateItem', 'ATTEMPTS#'),
  call('ingest', 'GetItem', 'RECEIPT#'),
  call('ingest', 'UpdateItem', 'RECEIPT#'),
  call('ingest', 'HeadObject', 'schema\\.json$'),
  call('ingest', 'HeadObject', '\\.csv$'),
  call('ingest', 'GetObject', '\\.csv$'),
  call('ingest', 'GetObject', 'json$'),
  call('ingest', 'Query', 'DECISION'),
  call('ingest', 'PutObject', 'data\\.parquet$'),
  call('ingest', 'PutObject', 'report\\.json$'),
  call('ingest', 'PutObject', 'manifest\\.json$'),
  call('ingest', 'UpdateItem', 'UPLOAD#'),
  call('train', 'UpdateItem', 'ATTEMPTS#'),
  call('train', 'GetObject', 'manifest\\.json$'),
  call('train', 'HeadObject', 'data\\.parquet$', 'the training itself'),
  call('train', 'PutItem', 'ARTIFACT#'),
  call('train', 'PutObject', '\\.knn$'),
  call('train', 'PutObject', '\\.schema\\.json$'),
  call('train', 'PutItem', 'VERSION#'),
  call('train', 'PutItem', 'DECISION#'),
  call('train', 'UpdateItem', 'UPLOAD#'),
];

/** What happens to such a call. `item_size` is DynamoDB's answer to an item that is too large. */
export const FAULT_KINDS = ['denied', 'item_size', 'killed', 'killed_after'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** The properties of a schedule. All depend only on the seed. */
export interface LivenessPlan {
  readonly files: readonly PlannedFile[];
  readonly faulty: FaultyCall;
  readonly kind: FaultKind;
  /** How many calls fail: all of them, or so few that an attempt is left for the work. */
  readonly failures: number;
  /** After so many hours the fault is mended. */
  readonly mendedAfterHours: number;
  readonly deliveries: number;
  /** The share of notifications that never arrive. */
  readonly lostShare: number;
  /** The file that is deleted after its deliveries, by its place. */
  readonly deleted: number | undefined;
}

function table(name: string): string {
  const rows = Array.from({ length: 24 }, (_, row) => {
    const number = (drawn(name, row) * 10).toFixed(2);
    return `${number},${row % 2 === 0 ? 'red' : 'blue'},${row % 2 === 0 ? 'x' : 'y'}`;
  });
  return `a,colour,species\n${rows.join('\n')}\n`;
}

const FILES: readonly PlannedFile[] = [
  { key: 'wine/good.csv', body: table('1') },
  { key: 'wine/good.csv', body: table('2') },
  { key: 'plain.csv', body: table('3') },
  { key: 'wine/quoting.csv', body: `${table('4')}"1,red,x\n` },
  { key: 'too/deep/for/x.csv', body: table('5') },
  { key: 'wine/schema.json', body: '{"label":"species"}' },
  { key: 'iris/schema.json', body: `{"ignore":${'['.repeat(50_000)}` },
];

const FOREVER = 1_000_000;

export function livenessPlan(seed: number): LivenessPlan {
  const pick = <T>(what: string, choices: readonly T[]): T =>
    choices[Math.floor(drawn(seed, what) * choices.length)]!;
  const faulty = pick('call', FAULTY_CALLS);
  const isStored = /Item$/.test(faulty.command.source.replace('Command$', ''));
  const kinds = FAULT_KINDS.filter((kind) => kind !== 'item_size' || isStored);
  const others = FILES.slice(1).filter((_, i) => drawn(seed, 'file', i) < 0.35);
  const files = [FILES[0]!, ...others].slice(0, 3);
  const isMended = drawn(seed, 'mended') < 0.2;
  return {
    files,
    faulty,
    kind: pick('kind', kinds),
    failures: pick('failures', [0, 1, 2, FOREVER, FOREVER, FOREVER, FOREVER]),
    mendedAfterHours: isMended ? pick('hours', [1, 2, 3]) : FOREVER,
    deliveries: pick('deliveries', [1, 1, 2]),
    lostShare: pick('lost', [0, 0, 0.3]),
    deleted: drawn(seed, 'deleted') < 0.2 ? Math.floor(drawn(seed, 'which') * files.length) : undefined,
  };
}

/** Whether an attempt is left for every piece of work, so that nothing may fail. */
export const leavesAnAttempt = ({ failures }: LivenessPlan) => failures <= 2;
