import { useState } from 'preact/hooks';
import { faultOf } from '../api/use-resource.ts';
import { hashOf } from '../location.ts';
import { hand, SAMPLES, sampleFile } from '../parts/handed-file.ts';
import { goTo } from '../use-location.ts';

/** What an empty system says: how it works, in three steps, with tables to try it. */
export function Welcome() {
  const [problem, setProblem] = useState('');
  const take = async (sample: (typeof SAMPLES)[number]) => {
    try {
      hand(await sampleFile(sample));
      goTo(hashOf(['upload']));
    } catch (error) {
      setProblem(faultOf(error).message);
    }
  };
  return (
    <section class="welcome" aria-label="How it works">
      <ol>
        <li>
          <h2>Drop a table</h2>
          <p>
            Rows of examples, one column that says what each is. You see what was understood, and can change
            it.
          </p>
        </li>
        <li>
          <h2>It becomes a model</h2>
          <p>The rows are checked, a classifier is tuned and tested on rows that it has not seen.</p>
        </li>
        <li>
          <h2>Ask it</h2>
          <p>Each answer says how sure it is, and which examples it rests on.</p>
        </li>
      </ol>
      <p>No table at hand?</p>
      <div class="row">
        {SAMPLES.map((sample) => (
          <button type="button" key={sample.name} onClick={() => take(sample)}>
            {sample.title} <span class="soft small">{sample.text}</span>
          </button>
        ))}
      </div>
      {problem !== '' && <p role="alert">{problem}</p>}
    </section>
  );
}
