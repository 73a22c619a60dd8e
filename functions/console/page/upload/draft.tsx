import { useEffect, useState } from 'preact/hooks';
import type { ApiFault } from '../api/fault.ts';
import { useSession } from '../api/session.ts';
import { faultOf } from '../api/use-resource.ts';
import { Announce } from '../parts/announce.tsx';
import { Fault, Loading } from '../parts/fault.tsx';
import { plural } from '../words.ts';
import { type Contract, isSame } from './contract-edits.ts';
import { FirstRows } from './first-rows.tsx';
import { FixButtons } from './fix-buttons.tsx';
import { type ContractInForce, type Preview, previewOf } from './preview.ts';
import { Refusal } from './refusal.tsx';
import { Balance, Rejections } from './rows-report.tsx';
import type { Sending } from './sending.ts';
import { UnderstoodColumns } from './understood-columns.tsx';
import { Writing } from './writing.tsx';

/** What would be understood of a file, each part of it changeable, before anything is sent. */
export function Draft(props: {
  file: File;
  model: string;
  inForce: ContractInForce;
  onSend: (sending: Sending) => void;
}) {
  const { file, model, inForce, onSend } = props;
  const [contract, edit] = useState(inForce.contract);
  const { preview, fault, isStale, retry } = usePreview(model, file, contract);
  const isChanged = !isSame(contract, inForce.contract);
  const isRefused = preview?.fault != null;
  const send = () => onSend({ model, file, contract, isContractNew: isChanged || inForce.fault !== null });
  return (
    <>
      {inForce.fault !== null && (
        <section class="notice warn" aria-label="Contract">
          <h2>schema.json of this model is faulty</h2>
          <p class="literal">{inForce.fault}</p>
          <p>It is replaced by what you see below when you send the file.</p>
        </section>
      )}
      {fault && <Fault fault={fault} onRetry={retry} />}
      {preview === undefined && !fault && <Loading what="how the file is understood" lines={6} />}
      {preview !== undefined && (
        <div class={isStale ? 'stale' : ''} aria-busy={isStale}>
          <Verdict preview={preview} contract={contract} onEdit={edit} />
          <div class="send">
            <button
              type="button"
              class="primary"
              disabled={isRefused || isStale || fault !== undefined}
              onClick={send}
            >
              Train a model
            </button>
            {isChanged && (
              <span class="soft small">
                Your changes go into schema.json of the model and hold for its later files, too.{' '}
                <button type="button" class="quiet" onClick={() => edit(inForce.contract)}>
                  Undo them
                </button>
              </span>
            )}
          </div>
          <Warnings preview={preview} contract={contract} onEdit={edit} />
          <Writing understood={preview.understood} contract={contract} onEdit={edit} />
          <UnderstoodColumns understood={preview.understood} contract={contract} onEdit={edit} />
          <FirstRows rows={preview.first_rows} label={preview.understood.label?.name} />
          <Balance classes={preview.classes} />
          <Rejections rejections={preview.rejections} />
        </div>
      )}
    </>
  );
}

function usePreview(model: string, file: File, contract: Contract) {
  const { token } = useSession();
  const [held, hold] = useState<{ preview?: Preview; fault?: ApiFault; isStale: boolean }>({ isStale: true });
  const [round, next] = useState(0);
  useEffect(() => {
    let isOver = false;
    hold(({ preview }) => ({ ...(preview ? { preview } : {}), isStale: true }));
    previewOf(model, file, contract).then(
      (preview) => isOver || hold({ preview, isStale: false }),
      (error: unknown) =>
        isOver ||
        hold(({ preview }) => ({ ...(preview ? { preview } : {}), fault: faultOf(error), isStale: false })),
    );
    return () => {
      isOver = true;
    };
  }, [model, file, contract, round, token]);
  return {
    preview: held.preview,
    fault: held.fault,
    isStale: held.isStale,
    retry: () => next((count) => count + 1),
  };
}

interface Part {
  readonly preview: Preview;
  readonly contract: Contract;
  readonly onEdit: (next: Contract) => void;
}

/** In one sentence what would become of the file; of a refusal, where, why, and what mends it. */
function Verdict({ preview, contract, onEdit }: Part) {
  const { fault, rows, understood, classes, is_whole } = preview;
  if (fault) {
    return (
      <Refusal
        title="It would be refused"
        refusal={fault}
        contract={contract}
        onFix={onEdit}
        likelier={understood.label?.likelier ?? []}
      />
    );
  }
  const part = is_whole ? '' : 'Of the first mebibyte: ';
  return (
    <Announce>
      {part}
      {rows !== null &&
        `${plural(rows.accepted, 'row')}${rows.rejected > 0 ? `, ${plural(rows.rejected, 'row')} left out` : ''}. `}
      A model would predict <strong class="literal">{understood.label?.name}</strong>, one of{' '}
      {plural(classes.length, 'class', 'classes')}, from {plural(understood.columns?.length ?? 0, 'column')}.
    </Announce>
  );
}

function Warnings({ preview: { warnings }, contract, onEdit }: Part) {
  if (warnings.length === 0) return null;
  return (
    <section aria-label="Worth knowing">
      <h2>Worth knowing</h2>
      <ul class="warnings">
        {warnings.map(({ code, column, message, fix }) => (
          <li key={`${code} ${column}`}>
            <p class="literal">{message}</p>
            {fix !== null && <p class="soft small literal">{fix}</p>}
            <FixButtons fix={fix} contract={contract} onFix={onEdit} />
          </li>
        ))}
      </ul>
    </section>
  );
}
