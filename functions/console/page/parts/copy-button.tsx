import { useState } from 'preact/hooks';

/** Copies a text and says that it did. */
export function CopyButton({ text, name }: { text: string; name: string }) {
  const [said, say] = useState('');
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => say('Copied'),
      () => say('The browser did not allow it: select the text'),
    );
  };
  return (
    <span class="copy">
      <button type="button" class="quiet" onClick={copy} aria-label={`Copy ${name}`}>
        Copy
      </button>
      <span role="status" class="soft small">
        {said}
      </span>
    </span>
  );
}
