import { useEffect, useState } from 'preact/hooks';
import type { UploadState } from '../../../../lib/http/schemas/uploads-api.ts';
import type { ApiFault } from '../api/fault.ts';
import { faultOf, useResource } from '../api/use-resource.ts';
import { hashOf } from '../location.ts';
import { Announce } from '../parts/announce.tsx';
import { Fault } from '../parts/fault.tsx';
import { percent, plural, whole } from '../words.ts';
import type { Contract } from './contract-edits.ts';
import { Refusal } from './refusal.tsx';
import { sendContract, sendFile, stateOf } from './send-file.ts';
import type { Sending } from './sending.ts';
import { UploadReport } from './upload-report.tsx';

const POLL_MS = 700;

/** What is shown while something is on its way to the store. */
type Step =
  | { readonly at: 'contract' }
  | { readonly at: 'file'; readonly share: number }
  | { readonly at: 'ingestion'; readonly id: string }
  | { readonly at: 'failed'; readonly fault: ApiFault };

/** Sends a file and shows what becomes of it, until nothing more will happen by itself. */
export function Follow({ sending, onAgain }: { sending: Sending; onAgain: () => void }) {
  const { model, file } = sending;
  const [contract, setContract] = useState({
    text: sending.contract,
    isNew: sending.isContractNew,
    round: 0,
  });
  const [step, go] = useState<Step>({ at: contract.isNew ? 'contract' : 'file', share: 0 });
  useEffect(() => {
    let isOver = false;
    const say = (next: Step) => isOver || go(next);
    deliver(model, file, contract, say).catch((error: unknown) =>
      say({ at: 'failed', fault: faultOf(error) }),
    );
    return () => {
      isOver = true;
    };
  }, [contract]);
  const fix = (text: Contract) => setContract(({ round }) => ({ text, isNew: true, round: round + 1 }));
  const again = () => setContract(({ text, isNew }) => ({ text, isNew, round: 0 }));
  return (
    <>
      <h1 class="literal">{file.name}</h1>
      <p>
        For the model{' '}
        <a class="literal" href={hashOf(['models', model])}>
          {model}
        </a>
      </p>
      {step.at === 'contract' && <Announce>Sending your changes as schema.json</Announce>}
      {step.at === 'file' && (
        <>
          <Announce>Sending the file</Announce>
          <progress max={1} value={step.share} aria-label="Sent">
            {percent(step.share)}
          </progress>
        </>
      )}
      {step.at === 'failed' && <Fault fault={step.fault} onRetry={again} />}
      {step.at === 'ingestion' && (
        <Progress
          key={step.id}
          model={model}
          id={step.id}
          contract={contract.text}
          onFix={fix}
          onAgain={onAgain}
        />
      )}
    </>
  );
}

/**
 * Sends schema.json where it changed, then the file. A file that was refused before is already there: putting
 * schema.json reads it again, so it is not sent twice.
 */
async function deliver(
  model: string,
  file: File,
  contract: { text: Contract; isNew: boolean; round: number },
  say: (step: Step) => void,
): Promise<void> {
  if (contract.isNew) {
    say({ at: 'contract' });
    const applied = await sendContract(model, contract.text);
    if (applied.state === 'refused') return say({ at: 'ingestion', id: applied.id });
    if (contract.round > 0 && applied.read_again !== null)
      return say({ at: 'ingestion', id: applied.read_again });
  }
  say({ at: 'file', share: 0 });
  const { id } = await sendFile(model, file, (share) => say({ at: 'file', share }));
  say({ at: 'ingestion', id });
}

function Progress(props: {
  model: string;
  id: string;
  contract: Contract;
  onFix: (next: Contract) => void;
  onAgain: () => void;
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
      {data.is_done && <Next state={data} onAgain={onAgain} />}
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

function Next({ state: { model, state, version }, onAgain }: { state: UploadState; onAgain: () => void }) {
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
      <button type="button" onClick={onAgain}>
        {state === 'refused' ? 'Change it and send it again' : 'Send it again'}
      </button>
    </div>
  );
}
