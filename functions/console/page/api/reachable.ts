import { useEffect, useState } from 'preact/hooks';

/** Whether the API answered the last request. */
let isReachable = true;
const listeners = new Set<(isReachable: boolean) => void>();

/** Called with the outcome of each request. */
export function reportReachable(next: boolean): void {
  if (next === isReachable) return;
  isReachable = next;
  for (const listener of listeners) listener(next);
}

/** Whether the API answers, and a new render when that changes. */
export function useReachable(): boolean {
  const [seen, see] = useState(isReachable);
  useEffect(() => {
    listeners.add(see);
    see(isReachable);
    return () => void listeners.delete(see);
  }, []);
  return seen;
}
