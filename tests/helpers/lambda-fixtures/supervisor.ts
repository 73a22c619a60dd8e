import { setTimeout as wait } from 'node:timers/promises';
import { fixture, openHostOn } from './open-host.ts';

// A supervisor that a test kills. It runs one idle function and one function in the middle of the given act,
// and prints the pids of their two processes.
const [, , folder = '', act = ''] = process.argv;
const { host } = await openHostOn(folder, [
  fixture('scripted', { name: 'idle' }),
  fixture('scripted', { name: 'busy', timeoutSeconds: 60 }),
]);
const pid = async (name: string) => JSON.parse((await host.invoke(name, { act: 'sleep', ms: 0 })).payload);
const pids = [await pid('idle'), await pid('busy')];
void host.invoke('busy', { act, ms: 60_000 });
await wait(200);
process.stdout.write(JSON.stringify(pids));
