import type { DeadLetterAnswer } from '../../../../lib/http/schemas/operation.ts';
import { getJson } from '../api/client.ts';
import { useResource } from '../api/use-resource.ts';
import { hashOf } from '../location.ts';
import { Badge } from '../parts/badge.tsx';
import { plural, time } from '../words.ts';
import { Panel } from './panel.tsx';

const REFRESH_MS = 60_000;

type Letter = DeadLetterAnswer['letters'][number];

/** What failed for good: how much, which, why, and how to have it done again. */
export function DeadLetters() {
  const letters = useResource(
    'dead letters',
    (signal) => getJson<DeadLetterAnswer>('dead-letters', signal),
    REFRESH_MS,
  );
  return (
    <Panel title="Failed for good" resource={letters}>
      {({ queues, letters: shown }) => {
        const count = queues.reduce((sum, queue) => sum + queue.count, 0);
        if (count === 0) return <p class="soft">Nothing: every event was done, after a retry at most.</p>;
        return (
          <>
            <p>
              <Badge tone="bad">{plural(count, 'dead letter')}</Badge>{' '}
              {shown.length < count && (
                <span class="soft small">
                  {shown.length === 0 ? 'None' : `The newest ${shown.length}`} of them can be shown now
                </span>
              )}
            </p>
            <ul class="timeline" aria-label="Dead letters, newest first">
              {shown.map((letter, at) => (
                <li key={`${letter.request_id} ${at}`}>
                  <DeadLetter letter={letter} />
                </li>
              ))}
            </ul>
          </>
        );
      }}
    </Panel>
  );
}

function DeadLetter({ letter }: { letter: Letter }) {
  const { function: name, object, model, attempts, error, again, failed_at } = letter;
  return (
    <>
      <span class="soft small">
        {time(failed_at)}, {name}
        {attempts !== null && ` after ${plural(attempts, 'attempt')}`}
      </span>
      {object && (
        <div class="literal">
          {model === null ? (
            <bdi>{object.key}</bdi>
          ) : (
            <a href={hashOf(['models', model, 'uploads'])}>
              <bdi>{object.key}</bdi>
            </a>
          )}
        </div>
      )}
      <div class="literal bad-text">{error}</div>
      <div class="small">{again}</div>
    </>
  );
}
