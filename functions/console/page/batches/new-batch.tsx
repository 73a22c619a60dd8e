import { useId, useState } from 'preact/hooks';
import type { ApiFault } from '../api/fault.ts';
import { faultOf } from '../api/use-resource.ts';
import { hashOf } from '../location.ts';
import { Announce } from '../parts/announce.tsx';
import { DropZone, TABLES } from '../parts/drop-zone.tsx';
import { Fault } from '../parts/fault.tsx';
import { goTo } from '../use-location.ts';
import { percent } from '../words.ts';
import { type Choices, sendBatch } from './send-batch.ts';

/** A place to drop a file on whose rows are to be predicted, and what is to stand in the result. */
export function NewBatch({ model, version }: { model: string; version: string | null }) {
  const [choices, choose] = useState<Choices>({
    version,
    probabilities: false,
    explain: false,
    format: 'csv',
  });
  const [sending, say] = useState<{ name: string; share: number } | null>(null);
  const [fault, setFault] = useState<ApiFault | null>(null);
  const send = async (file: File) => {
    setFault(null);
    say({ name: file.name, share: 0 });
    try {
      const id = await sendBatch(model, file, choices, (share) => say({ name: file.name, share }));
      goTo(hashOf(['models', model, 'batches'], { id }));
    } catch (error) {
      setFault(faultOf(error));
    }
    say(null);
  };
  return (
    <section aria-label="New batch">
      <h2>Have a file answered</h2>
      <Options choices={choices} onChoose={choose} />
      {sending === null ? (
        <DropZone title="Drop a file of rows" accept={TABLES} onFile={send}>
          CSV, TSV, gzip or Parquet, with the columns of the data, up to 5 GiB. You get it back with a
          prediction beside each row.
        </DropZone>
      ) : (
        <>
          <Announce>Sending {sending.name}</Announce>
          <progress max={1} value={sending.share} aria-label="Sent">
            {percent(sending.share)}
          </progress>
        </>
      )}
      {fault && <Fault fault={fault} />}
    </section>
  );
}

function Options({ choices, onChoose }: { choices: Choices; onChoose: (next: Choices) => void }) {
  const id = useId();
  const check = (name: 'probabilities' | 'explain', text: string) => (
    <label class="check">
      <input
        type="checkbox"
        checked={choices[name]}
        onChange={({ currentTarget }) => onChoose({ ...choices, [name]: currentTarget.checked })}
      />
      {text}
    </label>
  );
  return (
    <div class="row">
      <label for={id}>Result as</label>
      <select
        id={id}
        value={choices.format}
        onChange={({ currentTarget }) =>
          onChoose({ ...choices, format: currentTarget.value as Choices['format'] })
        }
      >
        <option value="csv">CSV, as the file is written</option>
        <option value="parquet">Parquet</option>
      </select>
      {check('probabilities', 'with the probability of each class')}
      {check('explain', 'with how unusual each row is')}
    </div>
  );
}
