import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { ColumnDrift, DriftAnswer, DriftReport } from '../../../../lib/http/schemas/drift.ts';
import type { ModelList } from '../../../../lib/http/schemas/models-api.ts';
import { getJson, modelPath } from '../api/client.ts';
import { useResource } from '../api/use-resource.ts';
import { hashOf } from '../location.ts';
import { Badge } from '../parts/badge.tsx';
import { plural, time } from '../words.ts';
import { DriftedColumn } from './drifted-column.tsx';
import { Panel } from './panel.tsx';

const MAX_MODELS = 100;
const SHOWN_COLUMNS = 6;

/**
 * What the recent predictions of a model look like beside its training data, column by column.
 *
 * @param model the one that was asked for
 * @param drifting models that are known to drift: the first of them is shown unless one was asked for
 */
export function Drift({ model, drifting }: { model: string | null; drifting: readonly string[] }) {
  const models = useResource('models with a champion', async (signal) => {
    const { models: all } = await getJson<ModelList>(`models?limit=${MAX_MODELS}`, signal);
    return all.filter(({ champion }) => champion !== null).map(({ model: name }) => name);
  });
  // What is shown does not change under a person's eyes when another model begins to drift.
  const [first] = useState(drifting[0]);
  const shown = model ?? first ?? models.data?.[0] ?? null;
  const place = useRef<HTMLDivElement>(null);
  const isAsked = model !== null && models.data !== undefined;
  useEffect(() => {
    // Whoever follows a link from the table above shall see where it led.
    if (isAsked) place.current?.scrollIntoView({ block: 'nearest' });
  }, [model, isAsked]);
  return (
    <div ref={place}>
      <Panel title="Drift" resource={models}>
        {(names) =>
          shown === null ? (
            <p class="soft">No model answers yet.</p>
          ) : (
            <>
              <ModelChoice names={names} shown={shown} />
              <OfModel key={shown} model={shown} />
            </>
          )
        }
      </Panel>
    </div>
  );
}

function ModelChoice({ names, shown }: { names: readonly string[]; shown: string }) {
  const all = names.includes(shown) ? names : [shown, ...names];
  const id = useId();
  return (
    <div class="choice">
      <label for={id}>Model</label>
      <select
        id={id}
        value={shown}
        onChange={({ currentTarget }) => {
          window.location.hash = hashOf(['operation'], { model: currentTarget.value });
        }}
      >
        {all.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

function OfModel({ model }: { model: string }) {
  const drift = useResource(`drift ${model}`, (signal) =>
    getJson<DriftAnswer>(modelPath(model, '/drift'), signal),
  );
  return (
    <Panel title={`Training and recent predictions of ${model}`} resource={drift}>
      {({ report }) =>
        report === null ? (
          <p class="soft">
            Not compared yet. That is done every hour, on a laptop every five minutes, once there were enough
            predictions: a hundred within a day, unless it was set otherwise.
          </p>
        ) : (
          <Report report={report} />
        )
      }
    </Panel>
  );
}

function Report({ report }: { report: DriftReport }) {
  const [shown, show] = useState(SHOWN_COLUMNS);
  const { status, summary, records, version, from, to } = report;
  const columns = report.columns.toSorted(byChange);
  const isCompared = status === 'drift' || status === 'no_drift';
  return (
    <>
      <p>
        <Badge tone={TONES[status][0]}>{TONES[status][1]}</Badge>{' '}
        <span class="soft small">
          {plural(records, 'prediction')} of version {version}, {time(from)} to {time(to)}
        </span>
      </p>
      {!isCompared && <p class="literal">{summary}</p>}
      {isCompared && !columns.some(({ kind }) => kind === 'feature') && (
        <p class="soft small">
          Only answers are compared: predictions are logged without their values (PREDICTION_LOG_FEATURES=true
          logs them).
        </p>
      )}
      {columns.length > 0 && (
        <>
          <p class="soft small">
            The difference is 0 between equal distributions and 1 where they have nothing in common; p says
            how often chance alone makes it as large, counted over all columns.
          </p>
          <p class="legend small" aria-hidden="true">
            <i class="trained" /> training <i class="live" /> recent predictions
          </p>
          <ul class="profiles">
            {columns.slice(0, shown).map((column) => (
              <DriftedColumn key={`${column.kind} ${column.name}`} column={column} />
            ))}
          </ul>
        </>
      )}
      {columns.length > shown && (
        <button type="button" class="quiet" onClick={() => show(shown + 8 * SHOWN_COLUMNS)}>
          Show more ({plural(columns.length - shown, 'column')} left)
        </button>
      )}
    </>
  );
}

const TONES = {
  drift: ['warn', 'not like the training data'],
  no_drift: ['good', 'like the training data'],
  too_few: ['plain', 'too few to compare'],
  no_baseline: ['plain', 'nothing to compare with'],
} as const;

/** What drifted first, then what differs most beyond chance. */
const byChange = (a: ColumnDrift, b: ColumnDrift) =>
  Number(b.drifting) - Number(a.drifting) ||
  a.adjusted_p_value - b.adjusted_p_value ||
  b.distance - a.distance;
