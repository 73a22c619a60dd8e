import { readFile } from 'node:fs/promises';
import BATCHES_EXAMPLES from '../../lib/http/openapi/examples/batches.json' with { type: 'json' };
import type { BatchList } from '../../lib/http/schemas/batches-api.ts';
import { bearerToken } from './api-tokens.ts';
import { eventually, type TestStack } from './stack.ts';
import { send } from './wire.ts';

const [DONE] = BATCHES_EXAMPLES['GET /models/{model}/batches/{id}'];

/** The id of a batch in examples. No document can know one of a running system, since it names the model. */
export const EXAMPLE_BATCH_ID = /[0-9a-f]{64}/.exec(DONE!.path)![0];

const IRIS = new URL('../../data/raw/iris.csv', import.meta.url);

/**
 * Has the file of the document's examples predicted, in a system whose model `default` has a champion.
 *
 * @returns the id that takes the place of the one in examples
 */
export async function doExampleBatch(stack: TestStack, auth = false): Promise<string> {
  const body = await readFile(IRIS);
  const path = '/classifier-batches/measured.csv';
  await send(stack.urls.s3, { method: 'PUT', path, headers: [], body });
  const headers: Record<string, string> = auth ? { authorization: await bearerToken(stack, ['read']) } : {};
  return await eventually('the batch of the examples', async () => {
    const answer = await fetch(`${stack.urls.http}/models/default/batches`, { headers });
    const { batches } = (await answer.json()) as BatchList;
    return batches.find(({ state }) => state === 'done')?.batch_id;
  });
}
