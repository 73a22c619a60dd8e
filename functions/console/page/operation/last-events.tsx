import type { DecisionList, ModelList, UploadList } from '../../../../lib/http/schemas/models-api.ts';
import { getJson, modelPath } from '../api/client.ts';
import { useResource } from '../api/use-resource.ts';
import { hashOf } from '../location.ts';
import { decisionWords } from '../model/decision-words.ts';
import { Fault, Loading } from '../parts/fault.tsx';
import { Table } from '../parts/table.tsx';
import { UPLOAD_STATES } from '../parts/upload-states.ts';
import { time } from '../words.ts';

/** Models whose events are looked up: each takes two requests. */
const MAX_MODELS = 20;
const EVENTS_EACH = 5;
const SHOWN_EVENTS = 15;

interface Event {
  readonly at: string;
  readonly model: string;
  readonly text: string;
}

/** What happened last: files that came, and decisions, of the first models by name. */
export function LastEvents() {
  const { data, fault, reload } = useResource('last events', lastEvents);
  return (
    <section aria-label="Last events">
      <h2>Last events</h2>
      {fault && <Fault fault={fault} onRetry={reload} />}
      {data === undefined && !fault && <Loading what="the last events" />}
      {data?.length === 0 && <p class="soft">Nothing happened yet</p>}
      {data !== undefined && data.length > 0 && (
        <Table
          caption="Last events"
          rows={data}
          keyOf={(_, at) => at}
          shownRows={SHOWN_EVENTS}
          columns={[
            { head: 'When', cell: ({ at }) => time(at) },
            { head: 'Model', cell: ({ model }) => <a href={hashOf(['models', model])}>{model}</a> },
            { head: 'What', cell: ({ text }) => text },
          ]}
        />
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
