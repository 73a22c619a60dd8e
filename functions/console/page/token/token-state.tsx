import { useContext } from 'preact/hooks';
import { forgetToken, useSession } from '../api/session.ts';
import { CallerContext } from './caller.ts';

/** In the head of the page: whose token is in use, what it allows, and a way to forget it. */
export function TokenState() {
  const { token } = useSession();
  const caller = useContext(CallerContext);
  if (token === null) return null;
  return (
    <div class="token-state">
      {caller !== undefined && (
        <span class="literal">
          {caller.name} <span class="soft">{caller.scopes.join(', ')}</span>
        </span>
      )}
      <button type="button" class="quiet" onClick={() => forgetToken()}>
        Forget token
      </button>
    </div>
  );
}
