import { useId, useState } from 'preact/hooks';
import { ALIAS_NAME, ALIAS_NAME_RULE } from '../../../../lib/alias-rule.ts';
import type { ChampionState } from '../../../../lib/http/schemas/models-api.ts';
import type { ApiFault } from '../api/fault.ts';
import { faultOf } from '../api/use-resource.ts';
import { Dialog } from '../parts/dialog.tsx';
import { FaultDetails } from '../parts/fault.tsx';
import { type Change, consequence, decide, deed, isLoss } from './change.ts';
import { decisionWords } from './decision-words.ts';

/** Asks for the reason, decides, and says so when another decision came first. */
export function ChangeDialog(props: {
  model: string;
  change: Change;
  onDone: () => void;
  onClose: () => void;
}) {
  const { model, change, onDone, onClose } = props;
  const [reason, write] = useState('');
  const [alias, name] = useState('');
  const [fault, setFault] = useState<ApiFault | null>(null);
  const [basedOn, rebase] = useState(change.basedOn);
  const [isSending, wait] = useState(false);
  const id = useId();
  const submit = async (event: Event) => {
    event.preventDefault();
    wait(true);
    try {
      await decide(model, { ...change, basedOn }, reason.trim(), alias);
      onDone();
    } catch (error) {
      setFault(faultOf(error));
      wait(false);
    }
  };
  const current = fault?.problem.current as ChampionState | undefined;
  const isReady = reason.trim() !== '' && (change.kind !== 'giveAlias' || ALIAS_NAME.test(alias));
  return (
    <Dialog title={`${deed(change)}?`} onClose={onClose}>
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
        {change.kind === 'giveAlias' && <AliasField alias={alias} onInput={name} />}
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
            class={isLoss(change) ? 'danger' : 'primary'}
            disabled={isSending || !isReady || current !== undefined}
          >
            {deed(change)}
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function AliasField({ alias, onInput }: { alias: string; onInput: (alias: string) => void }) {
  const id = useId();
  return (
    <p>
      <label for={id}>Alias</label>
      <input
        id={id}
        required
        maxLength={32}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        aria-describedby={`${id}-rule`}
        aria-invalid={alias !== '' && !ALIAS_NAME.test(alias)}
        value={alias}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
      <span id={`${id}-rule`} class="soft small">
        {ALIAS_NAME_RULE}
      </span>
    </p>
  );
}
