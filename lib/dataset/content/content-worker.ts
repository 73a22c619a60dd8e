/** The entry point of the thread that content-thread.ts starts. */
import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { BLOCKS } from '../kernels/digest-area.ts';
import { NewTextsOf } from '../rows/new-texts.ts';
import { RowGroup } from '../rows/row-group.ts';
import { ContentHash } from './content-hash.ts';
import type { AddedRows, ContentReply, ContentRequest, ContentTable } from './content-messages.ts';

if (!parentPort) throw new Error('content-worker is not started as a thread');
const port = parentPort;

/** A table whose rows another thread writes. */
class SharedTable {
  readonly #group: RowGroup;
  readonly #texts: NewTextsOf;
  #content: ContentHash | undefined;

  constructor({ plan, limits, memory }: ContentTable) {
    this.#group = new RowGroup(plan, limits, { isShared: true, memory });
    this.#texts = new NewTextsOf(this.#group);
  }

  /** Made when there are rows: the other thread may hash a single group itself, in the same memory. */
  get content(): ContentHash {
    this.#content ??= new ContentHash(this.#group);
    return this.#content;
  }

  add({ bank, from, to, newTexts }: AddedRows): void {
    this.#group.turnTo(bank);
    this.#texts.put(newTexts);
    this.content.add(this.#group, from, to);
    reply({ areRowsRead: true });
  }
}

/** Pieces that the other thread has not hashed yet. */
let pieces = 0;
let wake: () => void = () => undefined;

/** Sorts digests here while the other thread hashes them. */
async function summarise({ content }: SharedTable, classes: readonly string[]): Promise<void> {
  const made = content.content(classes);
  for (;;) {
    const piece = made.next();
    if (piece.done) {
      reply({ duplicates: piece.value });
      // Nothing more will arrive, and the thread ends once it has no port.
      port.close();
      return;
    }
    reply({ piece: piece.value });
    pieces++;
    while (pieces === BLOCKS) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
}

let table: SharedTable | undefined;
const received = createHash('sha256');

port.on('message', (request: ContentRequest) => {
  if ('toHash' in request) {
    received.update(new Uint8Array(request.toHash, 0, request.bytes));
    reply({ hashed: request.toHash }, [request.toHash]);
  } else if ('isHashed' in request) reply({ sha256: received.digest('hex') });
  else if ('table' in request) table = new SharedTable(request.table);
  else if (!table) throw new Error('the thread was given rows before their table');
  else if ('classes' in request) void summarise(table, request.classes);
  else if ('isPieceHashed' in request) {
    pieces--;
    wake();
  } else table.add(request);
});

function reply(message: ContentReply, transferred: ArrayBuffer[] = []): void {
  port.postMessage(message, transferred);
}
