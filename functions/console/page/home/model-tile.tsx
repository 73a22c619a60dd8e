import type { ModelCard, ModelSummary, UploadList } from '../../../../lib/http/schemas/models-api.ts';
import { getJson, modelPath } from '../api/client.ts';
import { useResource } from '../api/use-resource.ts';
import { hashOf } from '../location.ts';
import { modelMetrics, type Reading } from '../operation/use-metrics.ts';
import { Badge, type Tone } from '../parts/badge.tsx';
import { UPLOAD_STATES } from '../parts/upload-states.ts';
import { ago, plural, score, short, uncertainty, whole } from '../words.ts';

interface Facts {
  readonly card: ModelCard;
  readonly uploads: UploadList;
}

/** One model in a few facts: what answers, how good it is, what became of the last file, what it is asked. */
export function ModelCardTile({
  summary,
  metrics,
}: {
  summary: ModelSummary;
  metrics: readonly Reading[] | undefined;
}) {
  const { model, decision, newest_version } = summary;
  // A new decision or version changes the card; nothing else does.
  const { data, fault } = useResource(`tile ${model} ${decision} ${newest_version}`, (signal) =>
    factsOf(model, signal),
  );
  const champion = data?.card.champion;
  return (
    <li class="tile">
      <h2>
        <a href={hashOf(['models', model])} class="literal">
          {model}
        </a>
        {summary.champion === null ? (
          <Badge tone="warn">no champion</Badge>
        ) : (
          <Badge tone="good">v{summary.champion}</Badge>
        )}
      </h2>
      {fault && <p class="soft small literal">{fault.message}</p>}
      {data && !champion && <p class="literal">{data.card.no_champion_because}</p>}
      {champion && <Quality champion={champion} />}
      {data && data.card.waiting.length > 0 && (
        <p>
          <Badge tone="warn">waits for approval</Badge>{' '}
          <a href={hashOf(['models', model, 'versions'])}>
            {data.card.waiting.map(({ model_version }) => model_version).join(', ')}
            <span class="unseen"> of {model}</span>
          </a>
        </p>
      )}
      {data && <LastUpload uploads={data.uploads} />}
      <Traffic model={model} metrics={metrics} />
      {summary.champion !== null && (
        <p class="actions">
          <a class="button" href={hashOf(['models', model, 'predict'])}>
            Predict<span class="unseen"> with {model}</span>
          </a>
        </p>
      )}
    </li>
  );
}

async function factsOf(model: string, signal: AbortSignal): Promise<Facts> {
  const [card, uploads] = await Promise.all([
    getJson<ModelCard>(modelPath(model), signal),
    getJson<UploadList>(modelPath(model, '/uploads?limit=1'), signal),
  ]);
  return { card, uploads };
}

function Quality({
  champion: { metrics, schema, lineage },
}: {
  champion: NonNullable<ModelCard['champion']>;
}) {
  return (
    <>
      <p class="headline">
        <span class="value">{metrics.macro_f1 === undefined ? 'unknown' : score(metrics.macro_f1)}</span>{' '}
        macro-F1 <span class="small">{uncertainty(metrics.macro_f1_standard_error)}</span>
      </p>
      <p class="literal">
        Predicts <strong>{schema.label}</strong>, one of {plural(schema.classes.count, 'class', 'classes')},
        from {plural(schema.features.length, 'column')} and {plural(lineage.rows.accepted, 'row')}
      </p>
    </>
  );
}

function LastUpload({ uploads: { uploads } }: { uploads: UploadList }) {
  const [last] = uploads;
  if (!last) return null;
  const [tone, words] = UPLOAD_STATES[last.status] satisfies readonly [Tone, string];
  return (
    <p class="small last">
      <Badge tone={tone}>{words}</Badge>{' '}
      <span class="soft literal">
        {last.key}, {ago(last.uploaded_at, Date.now())}
      </span>
    </p>
  );
}

/** What the model is asked, and whether what it is asked still looks like what it learnt from. */
function Traffic({ model, metrics }: { model: string; metrics: readonly Reading[] | undefined }) {
  if (metrics === undefined) return null;
  const { predictions, perMinute, driftedFeatures } = modelMetrics(metrics, model);
  return (
    <p class="small soft">
      {predictions === 0 ? 'Not asked yet this year' : `${whole(predictions)} predictions this year`}
      {perMinute !== undefined && perMinute > 0 && `, ${short(perMinute)} a minute now`}
      {' · '}
      {driftedFeatures === undefined
        ? 'drift not measured yet'
        : driftedFeatures === 0
          ? 'no drift'
          : `drift in ${plural(driftedFeatures, 'column')}`}
    </p>
  );
}
