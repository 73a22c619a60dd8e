import { useState } from 'preact/hooks';
import { CopyButton } from '../parts/copy-button.tsx';
import { callCode } from './call-code.ts';

/** The same call as code, in one language at a time. */
export function CallSamples({ path, body, hasToken }: { path: string; body: unknown; hasToken: boolean }) {
  const [at, choose] = useState(0);
  const samples = callCode(new URL(path, document.baseURI).href, body, hasToken);
  const { language, code } = samples[at]!;
  return (
    <section aria-label="The same call as code">
      <h2>The same call as code</h2>
      <fieldset class="switch">
        <legend class="unseen">Language</legend>
        {samples.map((sample, index) => (
          <label key={sample.language}>
            <input type="radio" name="language" checked={index === at} onChange={() => choose(index)} />
            <span>{sample.language}</span>
          </label>
        ))}
        <CopyButton text={code} name={`the call in ${language}`} />
      </fieldset>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it by keys */}
      <section class="code" tabIndex={0} aria-label={`The call in ${language}`}>
        <pre>{code}</pre>
      </section>
    </section>
  );
}
