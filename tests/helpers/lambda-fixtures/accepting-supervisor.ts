import { fixture, openHostOn } from './open-host.ts';

// A supervisor that a test kills as soon as it has accepted the given event. Its function never runs that
// event, because another event occupies its only place.
const [, , folder = '', event = ''] = process.argv;
const { host } = await openHostOn(folder, [fixture('scripted', { maxConcurrency: 1 })]);
void host.invoke('scripted', { act: 'sleep', ms: 60_000 });
await host.invokeAsync('scripted', JSON.parse(event));
process.stdout.write('accepted');
