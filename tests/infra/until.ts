import { InfraTestError } from './processes.ts';

const LIMIT_MS = 300_000;
const PAUSE_MS = 1000;

/**
 * Looks again and again.
 *
 * @param look gives undefined while it has to be waited for
 * @throws InfraTestError after five minutes
 */
export async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadlineMs = Date.now() + LIMIT_MS;
  while (Date.now() < deadlineMs) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new InfraTestError(`expected ${what} within ${LIMIT_MS / 1000} s`);
}
