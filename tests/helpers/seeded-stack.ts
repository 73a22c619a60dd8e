import { fileURLToPath } from 'node:url';
import { seedRawBucket } from '../../lib/local/seed.ts';
import { eventually, startTestStack, type TestStack } from './stack.ts';

/** The laptop's whole system as `npm start` leaves it: data/raw is uploaded, and its models, `default` and `penguins`, answer. */
export async function startSeededStack(): Promise<TestStack> {
  const stack = await startTestStack();
  try {
    await seedRawBucket(
      fileURLToPath(new URL('../../data/raw/', import.meta.url)),
      stack.urls.s3,
      'classifier-raw',
    );
    for (const model of ['default', 'penguins'])
      await eventually(`a champion of ${model}`, () => answers(stack, model));
  } catch (error) {
    await stack.dispose();
    throw error;
  }
  return stack;
}

/** A request without values is at fault as soon as there is a model to hold it against: until then it is 404 or 503. */
async function answers(stack: TestStack, model: string): Promise<true | undefined> {
  const { status, body } = await fetch(`${stack.urls.http}/models/${model}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"features":[]}',
  });
  await body?.cancel();
  return status === 400 ? true : undefined;
}
