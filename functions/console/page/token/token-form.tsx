import { useId, useState } from 'preact/hooks';
import { useSession, useToken } from '../api/session.ts';

/** Asks for a token, where the API wants one. */
export function TokenForm() {
  const { refused } = useSession();
  const [token, write] = useState('');
  const [isKept, keep] = useState(false);
  const id = useId();
  const submit = (event: Event) => {
    event.preventDefault();
    const text = token.trim().replace(/^Bearer\s+/i, '');
    if (text !== '') useToken(text, isKept);
  };
  return (
    <form class="notice token" onSubmit={submit}>
      <h2>A token is needed</h2>
      {refused === null ? (
        <p>
          Requests to this system need a token. Whoever runs it makes one with{' '}
          <code>npm run token -- create --scope read --name you</code>
        </p>
      ) : (
        <p role="alert" class="bad-text literal">
          {refused}
        </p>
      )}
      <label for={id}>Token</label>
      <input
        id={id}
        type="password"
        autocomplete="off"
        spellcheck={false}
        value={token}
        onInput={({ currentTarget }) => write(currentTarget.value)}
      />
      <label class="check">
        <input
          type="checkbox"
          checked={isKept}
          onChange={({ currentTarget }) => keep(currentTarget.checked)}
        />
        Keep it until this tab is closed. Otherwise a reload forgets it.
      </label>
      <button type="submit" class="primary">
        Use this token
      </button>
    </form>
  );
}
