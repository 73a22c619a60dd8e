/** The entry point of the thread that content-thread.ts starts. */
import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { BLOCK_BYTES } from '../kernels/digest-area.ts';
import { type GroupParcel, GroupParcels } from '../rows/group-parcel.ts';
import { RowGroup } from '../rows/row-group.ts';
import { ContentHash } from './content-hash.ts';
import type { ContentReply, ContentRequest, ContentTable } from './content-messages.ts';

if (!parentPort) throw new Error('content-worker is not started as a thread');
const port = parentPort;

/** A table whose rows arrive in parcels. */
class ParcelledTable {
  readonly content: ContentHash;
  readonly #group: RowGroup;
  readonly #parcels: GroupParcels;

  constructor({ plan, limits }: ContentTable) {
    this.#group = new RowGroup(plan, limits);
    this.#parcels = new GroupParcels(this.#group);
    this.content = new ContentHash(this.#group);
  }

  add(parcel: GroupParcel): void {
    this.#parcels.unpack(parcel);
    // This thread's kernel has the columns now, so their memory may take the next group while this one is
    // hashed.
    reply({ columns: parcel.columns }, [parcel.columns]);
    this.content.add(this.#group, 0, this.#group.rows);
  }
}

/** Blocks in progress at a time, which carry bytes to hash to the other thread. */
const BLOCKS = 4;
const free: ArrayBuffer[] = [];
let wake: () => void = () => undefined;

/** Sorts digests here while the other thread hashes them. */
async function summarise({ content }: ParcelledTable, classes: readonly string[]): Promise<void> {
  const pieces = content.content(classes);
  for (let sent = 0; ; sent++) {
    const piece = pieces.next();
    if (piece.done) {
      reply({ duplicates: piece.value });
      // Nothing more will arrive, and the thread ends once it has no port.
      port.close();
      return;
    }
    const bytes = piece.value;
    const block = sent < BLOCKS ? new ArrayBuffer(Math.max(BLOCK_BYTES, bytes.length)) : await freeBlock();
    new Uint8Array(block).set(bytes);
    reply({ block, bytes: bytes.length }, [block]);
  }
}

async function freeBlock(): Promise<ArrayBuffer> {
  while (free.length === 0) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  return free.pop()!;
}

let table: ParcelledTable | undefined;
const received = createHash('sha256');

port.on('message', (request: ContentRequest) => {
  if ('toHash' in request) {
    received.update(new Uint8Array(request.toHash, 0, request.bytes));
    reply({ hashed: request.toHash }, [request.toHash]);
  } else if ('isHashed' in request) reply({ sha256: received.digest('hex') });
  else if ('table' in request) table = new ParcelledTable(request.table);
  else if (!table) throw new Error('the thread was given rows before their table');
  else if ('classes' in request) void summarise(table, request.classes);
  else if ('block' in request) {
    free.push(request.block);
    wake();
  } else table.add(request);
});

function reply(message: ContentReply, transferred: ArrayBuffer[] = []): void {
  port.postMessage(message, transferred);
}
