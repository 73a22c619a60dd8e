import { expect, it } from 'vitest';
import { fixture, openHost } from '../../../helpers/lambda-fixtures/open-host.ts';

it("lets a function work longer than Node's servers keep an idle connection (5 s)", async () => {
  const open = await openHost([fixture('scripted', { timeoutSeconds: 30 })]);
  try {
    const result = await open.host.invoke('scripted', { act: 'sleep', ms: 6500 });
    expect(result.functionError).toBeUndefined();
    expect(Number(result.payload)).toBeGreaterThan(0);
  } finally {
    await open.close();
  }
});
