import { useEffect, useState } from 'preact/hooks';

/**
 * The token of this tab. It stays in memory; session storage keeps it over a reload only when the person says
 * so, and no other tab sees it.
 */
const KEY = 'classifier.token';

interface Session {
  readonly token: string | null;
  /** Why the API refused the last token; null when it did not. */
  readonly refused: string | null;
}

let session: Session = { token: sessionStorage.getItem(KEY), refused: null };
const listeners = new Set<() => void>();

export const tokenInUse = () => session.token;

export function useToken(token: string, isKept: boolean): void {
  if (isKept) sessionStorage.setItem(KEY, token);
  else sessionStorage.removeItem(KEY);
  change({ token, refused: null });
}

/** Forgets the token: the person asked for it, or the API refused it and says why. */
export function forgetToken(refused: string | null = null): void {
  sessionStorage.removeItem(KEY);
  change({ token: null, refused });
}

function change(next: Session): void {
  session = next;
  for (const listener of listeners) listener();
}

/** The session, and a new render at each change of it. */
export function useSession(): Session {
  const [seen, see] = useState(session);
  useEffect(() => {
    const listener = () => see(session);
    listeners.add(listener);
    listener();
    return () => void listeners.delete(listener);
  }, []);
  return seen;
}
