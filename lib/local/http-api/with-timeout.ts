/** Resolves with undefined after the time limit. The work continues and its result is dropped, as on AWS. */
export function withTimeout<T>(work: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
