import { useId, useState } from 'preact/hooks';
import type { NotesAnswer, VersionDetail, VersionNotes } from '../../../../lib/http/schemas/models-api.ts';
import { getJson, modelPath, sendJson } from '../api/client.ts';
import type { ApiFault } from '../api/fault.ts';
import { faultOf, useResource } from '../api/use-resource.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Fault, FaultDetails, Loading } from '../parts/fault.tsx';
import { time } from '../words.ts';

interface Props {
  model: string;
  version: number;
  onDone: () => void;
  onClose: () => void;
}

/** Writes what people say of a version, and the tags to find it by; they decide nothing. */
export function NotesDialog(props: Props) {
  const { model, version, onClose } = props;
  const { data, fault, reload } = useResource(`notes ${model} ${version}`, (signal) =>
    getJson<VersionDetail>(modelPath(model, `/versions/${version}`), signal),
  );
  return (
    <Dialog title={`Note and tags of version ${version}`} onClose={onClose}>
      {fault && data === undefined && <Fault fault={fault} onRetry={reload} />}
      {data === undefined && !fault && <Loading what="the note" lines={3} />}
      {data && <NotesForm {...props} notes={data.notes} />}
    </Dialog>
  );
}

function NotesForm({ model, version, notes, onDone, onClose }: Props & { notes: VersionNotes }) {
  const [note, write] = useState(notes.note);
  const [tags, tag] = useState(notes.tags.join(' '));
  const [revision, rebase] = useState(notes.revision);
  const [fault, setFault] = useState<ApiFault | null>(null);
  const [isSending, wait] = useState(false);
  const id = useId();
  const submit = async (event: Event) => {
    event.preventDefault();
    wait(true);
    const body = { note: note.trim(), tags: tags.split(/[\s,]+/).filter(Boolean), revision };
    try {
      await sendJson<NotesAnswer>('PUT', modelPath(model, `/versions/${version}/notes`), body);
      onDone();
    } catch (error) {
      setFault(faultOf(error));
      wait(false);
    }
  };
  const newer = fault?.problem.current as VersionNotes | undefined;
  return (
    <form onSubmit={submit}>
      {notes.noted_at !== null && (
        <p class="soft small literal">
          Written by {notes.actor}, {time(notes.noted_at)}
        </p>
      )}
      {fault && (
        <div class="notice bad" role="alert">
          {newer ? (
            <>
              <p class="literal">Meanwhile {newer.actor} wrote another:</p>
              <p class="literal">{[newer.note, newer.tags.join(' ')].filter(Boolean).join(' · ')}</p>
              <button
                type="button"
                onClick={() => {
                  rebase(newer.revision);
                  setFault(null);
                }}
              >
                I have seen it: replace it by mine
              </button>
            </>
          ) : (
            <>
              <p class="literal">{fault.message}</p>
              <FaultDetails fault={fault} />
            </>
          )}
        </div>
      )}
      <p>
        <label for={`${id}-note`}>Note</label>
        <textarea
          id={`${id}-note`}
          maxLength={1000}
          rows={4}
          value={note}
          onInput={({ currentTarget }) => write(currentTarget.value.replace(/[\r\n]+/g, ' '))}
        />
      </p>
      <p>
        <label for={`${id}-tags`}>Tags, between spaces</label>
        <input
          id={`${id}-tags`}
          autocomplete="off"
          spellcheck={false}
          value={tags}
          onInput={({ currentTarget }) => tag(currentTarget.value)}
        />
      </p>
      <div class="row">
        <button type="submit" class="primary" disabled={isSending || newer !== undefined}>
          Save
        </button>
        <button type="button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </form>
  );
}
