import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { TokenAnswer } from '../../../../lib/http/schemas/token.ts';
import type { Scope } from '../../../../lib/routes.ts';

/** Who the API takes this tab for; undefined while that is not known, or where a token is missing. */
export const CallerContext = createContext<TokenAnswer | undefined>(undefined);

/** Whether the API takes nobody without a token, and this tab has none. */
export const TokenNeededContext = createContext(false);

/** Whether the caller lacks a scope, for as far as that is known: what is known to fail is not offered. */
export function useLacks(scope: Scope): boolean {
  const caller = useContext(CallerContext);
  return caller !== undefined && !caller.scopes.includes(scope);
}
