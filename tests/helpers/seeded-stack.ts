import { fileURLToPath } from 'node:url';
import { seedRawBucket } from '../../lib/local/seed.ts';
import { bearerToken } from './api-tokens.ts';
import { eventually, startTestStack, type TestStack } from './stack.ts';

/**
 * The laptop's whole system after `npm start`: data/raw is uploaded, and its models, `default` and
 * `penguins`, answer.
 *
 * @param auth whether requests need a token
 */
export async function startSeededStack(auth = false): Promise<TestStack> {
  const stack = await startTestStack(undefined, { auth });
  try {
    const folder = fileURLToPath(new URL('../../data/raw/', import.meta.url));
    await seedRawBucket(folder, stack.urls.s3, 'classifier-raw');
    const headers: Record<string, string> = auth ? { authorization: await bearerToken(stack, ['read']) } : {};
    for (const model of ['default', 'penguins']) {
      const url = `${stack.urls.http}/models/${model}/champion`;
      await eventually(`a champion of ${model}`, () => hasChampion(url, headers));
    }
  } catch (error) {
    await stack.dispose();
    throw error;
  }
  return stack;
}

/** Asked of the registry: /health tells of the default model only where tokens are required. */
async function hasChampion(url: string, headers: Record<string, string>): Promise<true | undefined> {
  const answer = await fetch(url, { headers });
  const { champion = null } = (await answer.json()) as { champion?: number | null };
  return champion === null ? undefined : true;
}

/** True when a GET answers 200; undefined for any other answer. */
export async function isFound(url: string, headers: Record<string, string> = {}): Promise<true | undefined> {
  const { ok, body } = await fetch(url, { headers });
  await body?.cancel();
  return ok ? true : undefined;
}
