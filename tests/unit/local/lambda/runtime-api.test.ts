import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture, type OpenHost, openHost } from '../../../helpers/lambda-fixtures/open-host.ts';

let open: OpenHost;

beforeAll(async () => {
  open = await openHost([fixture('foreign-runtime', { maxConcurrency: 1 })]);
});
afterAll(() => open.close());

const invoke = (act: string) => open.host.invoke('foreign-runtime', { act });

/** The Runtime API's answer to the post that ended the previous event. */
async function lastReply(): Promise<unknown> {
  return JSON.parse((await invoke('tell')).payload);
}

describe('the Runtime API, with a runtime that uses only documented features', () => {
  it('delivers events and acknowledges answers', async () => {
    expect(await lastReply()).toBeNull();
    expect(await lastReply()).toEqual([202, { status: 'OK' }]);
  });

  it('acknowledges errors', async () => {
    const failed = await invoke('fail');
    expect(failed).toMatchObject({
      functionError: 'Unhandled',
      payload: '{"errorType":"E","errorMessage":"m"}',
    });
    expect(await lastReply()).toEqual([202, { status: 'OK' }]);
  });

  it('refuses an answer to an event that is not running', async () => {
    const { payload } = await invoke('wrongId');
    expect(JSON.parse(payload)).toEqual([
      400,
      { errorType: 'InvalidRequestID', errorMessage: 'Invalid request ID' },
    ]);
  });

  it('refuses an answer above 6 MB and continues', async () => {
    const result = await invoke('tooLarge');
    expect(JSON.parse(result.payload)).toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' });
    expect(await lastReply()).toEqual([413, expect.objectContaining({ errorType: 'RequestEntityTooLarge' })]);
  });
});
