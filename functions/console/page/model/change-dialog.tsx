import { useId, useState } from 'preact/hooks';
import type { ChampionState, ChangeAnswer } from '../../../../lib/http/schemas/models-api.ts';
import { modelPath, sendJson } from '../api/client.ts';
import type { ApiFault } from '../api/fault.ts';
import { faultOf } from '../api/use-resource.ts';
import { Dialog } from '../parts/dialog.tsx';
import { FaultDetails } from '../parts/fault.tsx';
import { decisionWords } from './decision-words.ts';

/** A decision about to be made. */
export interface Change {
  readonly kind: 'promote' | 'rollback' | 'retire';
  readonly version: number;
  /** The newest decision that the person saw. */
  readonly basedOn: number;
  readonly champion: number | null;
}

const TITLES = { promote: 'Promote', rollback: 'Roll back to', retire: 'Retire' } as const;

/** Asks for the reason, decides, and says so when another decision came first. */
export function ChangeDialog(props: {
  model: string;
  change: Change;
  onDone: () => void;
  onClose: () => void;
}) {
  const { model, change, onDone, onClose } = props;
  const [reason, write] = useState('');
  const [fault, setFault] = useState<ApiFault | null>(null);
  const [basedOn, rebase] = useState(change.basedOn);
  const [isSending, wait] = useState(false);
  const id = useId();
  const submit = async (event: Event) => {
    event.preventDefault();
    wait(true);
    try {
      await decide(model, { ...change, basedOn }, reason.trim());
      onDone();
    } catch (error) {
      setFault(faultOf(error));
      wait(false);
    }
  };
  const current = fault?.problem.current as ChampionState | undefined;
  return (
    <Dialog title={`${TITLES[change.kind]} version ${change.version}?`} onClose={onClose}>
      <form onSubmit={submit}>
        <p>{consequence(change)}</p>
        {fault && (
          <div class="notice bad" role="alert">
            <p class="literal">{fault.message}</p>
            {current ? (
              <>
                <p class="literal">{decisionWords(current)}</p>
                {current.decision !== basedOn && (
                  <button
                    type="button"
                    onClick={() => {
                      rebase(current.decision);
                      setFault(null);
                    }}
                  >
                    I have seen it: decide anyway
                  </button>
                )}
              </>
            ) : (
              <FaultDetails fault={fault} />
            )}
          </div>
        )}
        <label for={id}>Reason, for whoever reads the decisions later</label>
        <textarea
          id={id}
          required
          maxLength={500}
          rows={3}
          value={reason}
          onInput={({ currentTarget }) => write(currentTarget.value.replace(/[\r\n]+/g, ' '))}
        />
        <div class="row">
          <button
            type="submit"
            class={change.kind === 'retire' ? 'danger' : 'primary'}
            disabled={isSending || reason.trim() === '' || current !== undefined}
          >
            {TITLES[change.kind]} version {change.version}
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function decide(model: string, { kind, version, basedOn }: Change, reason: string): Promise<ChangeAnswer> {
  return kind === 'retire'
    ? sendJson('PUT', modelPath(model, `/versions/${version}/retirement`), { decision: basedOn, reason })
    : sendJson('PUT', modelPath(model, '/champion'), { version, decision: basedOn, reason });
}

function consequence({ kind, version, champion }: Change): string {
  if (kind === 'retire')
    return `Version ${version} can never answer again, and its artifact is deleted later.`;
  return champion === null
    ? `Version ${version} will answer from now on.`
    : `Version ${version} will answer from now on instead of version ${champion}.`;
}
