/** The entry point of the thread that content-thread.ts starts. */
import { parentPort, workerData } from 'node:worker_threads';
import { ContentHash } from './content-hash.ts';
import type { ContentReply, ContentRequest, ContentTable } from './content-thread.ts';
import { GroupParcels } from './group-parcel.ts';
import { RowGroup } from './row-group.ts';
import { adoptKernel } from './table-kernel.ts';

if (!parentPort) throw new Error('content-worker is not started as a thread');
const { plan, limits, kernel } = workerData as ContentTable;
adoptKernel(kernel);
const port = parentPort;
const group = new RowGroup(plan, limits);
const parcels = new GroupParcels(group);
const content = new ContentHash(group);

port.on('message', (request: ContentRequest) => {
  if ('classes' in request) {
    reply({ summary: content.summarise(request.classes) });
    return;
  }
  parcels.unpack(request);
  // The columns are in this thread's kernel now, so the memory may take the next group while this one is hashed.
  reply({ columns: request.columns }, [request.columns]);
  content.add(group);
});

function reply(message: ContentReply, transferred: ArrayBuffer[] = []): void {
  port.postMessage(message, transferred);
}
