import { useState } from 'preact/hooks';
import type { UploadState } from '../../../../lib/http/schemas/uploads-api.ts';
import { useResource } from '../api/use-resource.ts';
import { hashOf } from '../location.ts';
import { Announce } from '../parts/announce.tsx';
import { Fault } from '../parts/fault.tsx';
import { plural, whole } from '../words.ts';
import type { Contract } from './contract-edits.ts';
import { Refusal } from './refusal.tsx';
import { stateOf } from './send-file.ts';
import { UploadReport } from './upload-report.tsx';

const POLL_MS = 700;

/** What became of an upload, stage by stage, or becomes of it: asked for until nothing more will happen. */
export function Progress(props: {
  model: string;
  id: string;
  contract: Contract;
  onFix: (next: Contract) => void;
  /** Absent where the file is not at hand. */
  onAgain?: () => void;
}) {
  const { model, id, contract, onFix, onAgain } = props;
  const [isDone, finish] = useState(false);
  const { data, fault, reload } = useResource(
    `upload ${model} ${id}`,
    async (signal) => {
      const state = await stateOf(model, id, signal);
      if (state.is_done) finish(true);
      return state;
    },
    isDone ? undefined : POLL_MS,
  );
  if (data === undefined)
    return fault ? <Fault fault={fault} onRetry={reload} /> : <Announce>Waiting for the file</Announce>;
  return (
    <>
      <Stages state={data} />
      <Announce>{wordsOf(data)}</Announce>
      {data.refusal && <Refusal title="Refused" refusal={data.refusal} contract={contract} onFix={onFix} />}
      {data.is_done && <Next state={data} {...(onAgain ? { onAgain } : {})} />}
      {data.rows !== null && data.upload_id !== null && <UploadReport model={model} id={data.upload_id} />}
    </>
  );
}

const STAGES: Readonly<Record<UploadState['stages'][number]['stage'], string>> = {
  send: 'Sent',
  read: 'Read and checked',
  train: 'Trained and tested',
  promote: 'Answering',
};

const PHASES: Readonly<Record<string, string>> = {
  read: 'reading the rows',
  champion: 'asking the champion about them',
  fit: 'trying settings',
  store: 'storing',
};

function Stages({ state: { stages, phase } }: { state: UploadState }) {
  return (
    <ol class="stages" aria-label="Progress">
      {stages.map(({ stage, status }) => (
        <li key={stage} class={status} aria-current={status === 'running' ? 'step' : undefined}>
          <span>{STAGES[stage]}</span>
          <span class="soft small">
            {status === 'running' && stage === 'train' && phase !== null
              ? (PHASES[phase] ?? phase)
              : STATUS_WORDS[status]}
          </span>
        </li>
      ))}
    </ol>
  );
}

const STATUS_WORDS: Readonly<Record<UploadState['stages'][number]['status'], string>> = {
  waiting: 'waits',
  running: 'runs',
  done: 'done',
  failed: 'failed',
  skipped: 'left out',
};

/** What became of it, or is becoming of it, in a sentence. */
function wordsOf({ state, rows, version, detail }: UploadState): string {
  const counted =
    rows === null ? '' : `${plural(rows.accepted, 'row')} taken, ${whole(rows.rejected)} left out. `;
  if (state === 'promoted') return `${counted}Version ${version} answers now.`;
  if (state === 'registered')
    return `${counted}It is version ${version}: ${detail ?? 'it was not promoted'}.`;
  if (state === 'refused') return 'The file was refused.';
  if (state === 'failed' || state === 'gone' || state === 'expired') return detail ?? `It is ${state}.`;
  return counted;
}

function Next(props: { state: UploadState; onAgain?: () => void }) {
  const { model, state, version } = props.state;
  return (
    <div class="row">
      {version !== null && (
        <a class="button primary" href={hashOf(['models', model, 'predict'])}>
          Ask it
        </a>
      )}
      {version !== null && (
        <a class="button" href={hashOf(['models', model])}>
          See the model
        </a>
      )}
      {props.onAgain && (
        <button type="button" onClick={props.onAgain}>
          {state === 'refused' ? 'Change it and send it again' : 'Send it again'}
        </button>
      )}
    </div>
  );
}
