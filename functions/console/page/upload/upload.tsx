import { useContext, useEffect, useId, useState } from 'preact/hooks';
import { useResource } from '../api/use-resource.ts';
import { DropZone, TABLES } from '../parts/drop-zone.tsx';
import { Empty, Fault, Loading } from '../parts/fault.tsx';
import { takeHanded } from '../parts/handed-file.ts';
import { TokenNeededContext, useLacks } from '../token/caller.ts';
import { TokenForm } from '../token/token-form.tsx';
import { fileSize } from '../words.ts';
import { isModelName, modelNameFor } from './contract-edits.ts';
import { Draft } from './draft.tsx';
import { Follow } from './follow.tsx';
import { contractInForce } from './preview.ts';
import type { Sending } from './sending.ts';

/** From a file on this machine to a model: what would be understood, then what becomes of it. */
export function Upload({ model }: { model: string | null }) {
  const [file, setFile] = useState<File | null>(null);
  const [sending, send] = useState<Sending | null>(null);
  const lacksUpload = useLacks('upload');
  const lacksAdmin = useLacks('admin');
  const needsToken = useContext(TokenNeededContext);
  // In an effect: the handed file is taken once, and rendering may happen twice.
  useEffect(() => {
    const handed = takeHanded();
    if (handed) setFile(handed);
  }, []);
  if (lacksUpload && lacksAdmin) {
    return (
      <>
        <h1>New table</h1>
        <Empty title="The token does not allow this">
          <p>
            To send a table, a token needs the scope <code>upload</code> or <code>admin</code>.
          </p>
        </Empty>
      </>
    );
  }
  if (needsToken) {
    return (
      <>
        <h1>New table</h1>
        <TokenForm />
      </>
    );
  }
  if (sending !== null)
    return <Follow key={sending.file.name} sending={sending} onAgain={() => send(null)} />;
  return (
    <>
      <h1>New table</h1>
      {file === null ? (
        <DropZone title="Drop a table" accept={TABLES} onFile={setFile}>
          CSV, TSV, gzip or Parquet. You see how it is understood before anything is sent.
        </DropZone>
      ) : (
        <Chosen
          key={`${file.name} ${file.lastModified}`}
          file={file}
          model={model}
          onSend={send}
          onOther={setFile}
        />
      )}
    </>
  );
}

function Chosen(props: {
  file: File;
  model: string | null;
  onSend: (sending: Sending) => void;
  onOther: (file: File | null) => void;
}) {
  const { file, onOther } = props;
  const [model, setModel] = useState(props.model ?? modelNameFor(file.name));
  const [settled, settle] = useState(model);
  const id = useId();
  useEffect(() => {
    const timer = window.setTimeout(() => settle(model), 300);
    return () => window.clearTimeout(timer);
  }, [model]);
  const isValid = isModelName(model);
  const {
    data: contract,
    fault,
    reload,
  } = useResource(isModelName(settled) ? `contract ${settled}` : null, (signal) =>
    contractInForce(settled, signal),
  );
  return (
    <>
      <div class="chosen">
        <p>
          <strong class="literal">{file.name}</strong> <span class="soft">{fileSize(file.size)}</span>{' '}
          <button type="button" class="quiet" onClick={() => onOther(null)}>
            Choose another
          </button>
        </p>
        <label for={id}>Model</label>
        <input
          id={id}
          value={model}
          spellcheck={false}
          autocomplete="off"
          aria-invalid={!isValid}
          aria-describedby={`${id}-rule`}
          onInput={({ currentTarget }) => setModel(currentTarget.value)}
        />
        <p id={`${id}-rule`} class={`small ${isValid ? 'soft' : 'bad-text'}`}>
          Lower-case letters, digits and hyphens, at most 63. A model of that name gets a new version.
        </p>
      </div>
      {fault && <Fault fault={fault} onRetry={reload} />}
      {isValid && contract === undefined && !fault && <Loading what="the contract of the model" />}
      {isValid && settled === model && contract !== undefined && (
        <Draft key={settled} file={file} model={settled} inForce={contract} onSend={props.onSend} />
      )}
    </>
  );
}
