import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';

/** What a table's file is called: what ingestion reads. */
export const TABLES = '.csv,.tsv,.txt,.data,.gz,.parquet';

/** A place to drop a file on, which is a file input for who does not drag. */
export function DropZone(props: {
  title: string;
  accept: string;
  children?: ComponentChildren;
  isSmall?: boolean;
  onFile: (file: File) => void;
}) {
  const [isOver, setOver] = useState(false);
  const id = useId();
  const take = (files: FileList | null | undefined) => {
    const [file] = files ?? [];
    if (file) props.onFile(file);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer?.files);
  };
  const over = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the input within does the same by keys
    <div
      class={`drop ${props.isSmall ? 'small-drop' : ''} ${isOver ? 'over' : ''}`}
      onDrop={drop}
      onDragOver={over}
      onDragLeave={() => setOver(false)}
    >
      <input
        id={id}
        class="unseen"
        type="file"
        accept={props.accept}
        onChange={({ currentTarget }) => {
          take(currentTarget.files);
          // The same file, mended meanwhile, must be a change again.
          currentTarget.value = '';
        }}
      />
      <label for={id}>
        <strong>{props.title}</strong>
        <span>{props.children}</span>
        <span class="button">Choose a file</span>
      </label>
    </div>
  );
}
