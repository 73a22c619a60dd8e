import { fixture, openHostOn } from './open-host.ts';

// A supervisor to be killed as soon as it has accepted the event that it is told; its function never gets to run it,
// because another event has its only place.
const [, , folder = '', event = ''] = process.argv;
const { host } = await openHostOn(folder, [fixture('scripted', { maxConcurrency: 1 })]);
void host.invoke('scripted', { act: 'sleep', ms: 60_000 });
await host.invokeAsync('scripted', JSON.parse(event));
process.stdout.write('accepted');
