import { useState } from 'preact/hooks';
import type { BatchDetail } from '../../../../lib/http/schemas/batches-api.ts';
import { getJson, modelPath } from '../api/client.ts';
import type { ApiFault } from '../api/fault.ts';
import { faultOf, useResource } from '../api/use-resource.ts';
import { hashOf } from '../location.ts';
import { Announce } from '../parts/announce.tsx';
import { Badge } from '../parts/badge.tsx';
import { Facts } from '../parts/facts.tsx';
import { Fault, Loading } from '../parts/fault.tsx';
import { useLacks } from '../token/caller.ts';
import { goTo } from '../use-location.ts';
import { plural, time, whole } from '../words.ts';
import { BATCH_STATES } from './batch-states.ts';
import { startBatch } from './send-batch.ts';

const POLL_MS = 1000;

/** One batch: how far it is, and where its results are. It is asked for until nothing more will happen. */
export function OneBatch({ model, id }: { model: string; id: string }) {
  const [isDone, finish] = useState(false);
  const { data, fault, reload } = useResource(
    `batch ${model} ${id}`,
    async (signal) => {
      const path = modelPath(model, `/batches/${encodeURIComponent(id)}`);
      const batch = await getJson<BatchDetail>(path, signal);
      finish(batch.state !== 'running');
      return batch;
    },
    isDone ? undefined : POLL_MS,
  );
  return (
    <>
      <p>
        <a href={hashOf(['models', model, 'batches'])}>All batches</a>
      </p>
      {fault && data === undefined && <Fault fault={fault} onRetry={reload} />}
      {data === undefined && !fault && <Loading what="the batch" lines={4} />}
      {data && <Detail batch={data} onAgain={reload} />}
    </>
  );
}

function Detail({ batch, onAgain }: { batch: BatchDetail; onAgain: () => void }) {
  const { input, state, lots } = batch;
  const [tone, words] = BATCH_STATES[state];
  return (
    <>
      <h2>
        <bdi class="literal">{input}</bdi> <Badge tone={tone}>{words}</Badge>
      </h2>
      <Announce>{sentence(batch)}</Announce>
      {state === 'running' && lots !== null && (
        <progress max={lots.all} value={lots.done} aria-label="Parts predicted">
          {lots.done} of {lots.all}
        </progress>
      )}
      {batch.links && <Results batch={batch} links={batch.links} onRenew={onAgain} />}
      {state === 'failed' && <Again batch={batch} onAgain={onAgain} />}
      <Facts facts={factsOf(batch)} />
    </>
  );
}

function sentence({ state, reason, rows, counts, lots }: BatchDetail): string {
  if (reason !== null) return reason;
  if (counts !== null) {
    const left = counts.rejected > 0 ? `; ${whole(counts.rejected)} could not be` : '';
    return `${plural(counts.predicted, 'row')} predicted${left}.`;
  }
  if (state === 'running' && lots === null) return 'Looking through the file.';
  return `${plural(rows ?? 0, 'row')} predicted so far.`;
}

function Results(props: {
  batch: BatchDetail;
  links: NonNullable<BatchDetail['links']>;
  onRenew: () => void;
}) {
  const { predictions, rejects, report } = props.links;
  const hasRejects = props.batch.counts !== null && props.batch.counts.rejected > 0;
  return (
    <div class="row">
      <a class="button primary" href={predictions.url}>
        Download the predictions
      </a>
      {hasRejects && (
        <a class="button" href={rejects.url}>
          Rows that could not be predicted
        </a>
      )}
      <a class="button" href={report.url}>
        Report
      </a>
      <span class="soft small">
        The links hold until {time(predictions.expires_at)}.{' '}
        <button type="button" class="quiet" onClick={props.onRenew}>
          Renew them
        </button>
      </span>
    </div>
  );
}

/** A batch that failed can be tried again; one that was refused would be refused again. */
function Again({ batch, onAgain }: { batch: BatchDetail; onAgain: () => void }) {
  const lacksPredict = useLacks('predict');
  const [fault, setFault] = useState<ApiFault | null>(null);
  const again = async () => {
    setFault(null);
    try {
      const { model, input, version, probabilities, explain, format } = batch;
      const choices = {
        version: version === null ? null : String(version),
        probabilities,
        explain,
        format,
      };
      goTo(hashOf(['models', model, 'batches'], { id: await startBatch(model, input, choices) }));
      onAgain();
    } catch (error) {
      setFault(faultOf(error));
    }
  };
  return (
    <>
      <p>
        <button type="button" disabled={lacksPredict} onClick={again}>
          Try again
        </button>
      </p>
      {fault && <Fault fault={fault} />}
    </>
  );
}

const factsOf = (batch: BatchDetail) =>
  [
    ['Version', batch.version === null ? 'none' : `v${batch.version}`],
    ['Result', batch.format === 'csv' ? 'CSV, as the file is written' : 'Parquet'],
    ['Probabilities', batch.probabilities ? 'of each class' : 'not asked for'],
    ['Rows read', batch.counts === null ? '' : whole(batch.counts.read)],
    ['Blank lines', batch.counts === null ? '' : whole(batch.counts.blank)],
    ['Started', time(batch.started_at)],
    ['Ended', batch.ended_at === null ? '' : time(batch.ended_at)],
    ['Attempts', whole(batch.attempt)],
  ].filter((fact): fact is [string, string] => fact[1] !== '');
