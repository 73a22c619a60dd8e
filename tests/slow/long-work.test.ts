import { expect, it } from 'vitest';
import { fixture, openHost } from '../helpers/lambda-fixtures/open-host.ts';

it('lets a function work for longer than an HTTP connection stands idle', async () => {
  const open = await openHost([fixture('scripted')]);
  try {
    // Node closes an idle connection after 5 s and a grace of 1 s.
    const worked = await open.host.invoke('scripted', { act: 'sleep', ms: 7500 });
    expect(worked.functionError).toBeUndefined();
    const next = await open.host.invoke('scripted', { act: 'sleep', ms: 0 });
    expect(next.payload).toBe(worked.payload);
  } finally {
    await open.close();
  }
});
