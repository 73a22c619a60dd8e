import { useState } from 'preact/hooks';
import type { DecisionList, ModelList, UploadList } from '../../../../lib/http/schemas/models-api.ts';
import { getJson, modelPath } from '../api/client.ts';
import { useResource } from '../api/use-resource.ts';
import { hashOf } from '../location.ts';
import { decisionWords } from '../model/decision-words.ts';
import { Loading, PartFault } from '../parts/fault.tsx';
import { UPLOAD_STATES } from '../parts/upload-states.ts';
import { plural, time } from '../words.ts';

/** Models whose events are looked up: each takes two requests. */
const MAX_MODELS = 20;
const EVENTS_EACH = 5;
const SHOWN_EVENTS = 10;

interface Event {
  readonly at: string;
  readonly model: string;
  readonly text: string;
}

/** What happened last: files that came, and decisions, of the first models by name. */
export function LastEvents() {
  const { data, fault, reload } = useResource('last events', lastEvents);
  const [shown, show] = useState(SHOWN_EVENTS);
  return (
    <section aria-label="Last events">
      <h2>Last events</h2>
      {fault && data === undefined && <PartFault fault={fault} onRetry={reload} />}
      {data === undefined && !fault && <Loading what="the last events" />}
      {data?.length === 0 && <p class="soft">Nothing happened yet</p>}
      {data !== undefined && data.length > 0 && (
        <>
          <ul class="timeline" aria-label="Last events, newest first">
            {data.slice(0, shown).map(({ at, model, text }, index) => (
              <li key={`${at} ${index}`}>
                <span class="soft small">
                  {time(at)}, <a href={hashOf(['models', model])}>{model}</a>
                </span>
                <div class="literal">{text}</div>
              </li>
            ))}
          </ul>
          {data.length > shown && (
            <button type="button" class="quiet" onClick={() => show(data.length)}>
              Show more ({plural(data.length - shown, 'event')} left)
            </button>
          )}
        </>
      )}
    </section>
  );
}

async function lastEvents(signal: AbortSignal): Promise<Event[]> {
  const { models } = await getJson<ModelList>(`models?limit=${MAX_MODELS}`, signal);
  const each = await Promise.all(models.map(({ model }) => eventsOf(model, signal)));
  return each.flat().sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

async function eventsOf(model: string, signal: AbortSignal): Promise<Event[]> {
  const [{ uploads }, { decisions }] = await Promise.all([
    getJson<UploadList>(modelPath(model, `/uploads?limit=${EVENTS_EACH}`), signal),
    getJson<DecisionList>(modelPath(model, `/decisions?limit=${EVENTS_EACH}`), signal),
  ]);
  return [
    ...uploads.map(({ uploaded_at, key, status, detail }) => ({
      at: uploaded_at,
      model,
      text: `${key}: ${UPLOAD_STATES[status][1]}${detail === null ? '' : ` (${detail})`}`,
    })),
    ...decisions.map((decision) => ({
      at: decision.decided_at,
      model,
      text: decisionWords(decision, false),
    })),
  ];
}
