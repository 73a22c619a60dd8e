import { useContext } from 'preact/hooks';
import type { TokenAnswer } from '../../../../lib/http/schemas/token.ts';
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
          {caller.name} <span class="soft">{allowedWords(caller)}</span>
        </span>
      )}
      <button type="button" class="quiet" onClick={() => forgetToken()}>
        Forget token
      </button>
    </div>
  );
}

/** The scopes of a token, and the models that they hold for. */
const allowedWords = ({ scopes, models }: TokenAnswer) =>
  `${scopes.join(', ')}${models === null ? '' : ` of ${models.join(', ')}`}`;
