import { useEffect, useState } from 'preact/hooks';
import type { ApiFault } from '../api/fault.ts';
import { faultOf } from '../api/use-resource.ts';
import { hashOf } from '../location.ts';
import { Announce } from '../parts/announce.tsx';
import { Fault } from '../parts/fault.tsx';
import { percent } from '../words.ts';
import type { Contract } from './contract-edits.ts';
import { Progress } from './progress.tsx';
import { sendContract, sendFile } from './send-file.ts';
import type { Sending } from './sending.ts';

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
