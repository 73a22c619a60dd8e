import { useId, useState } from 'preact/hooks';
import { sendJson } from '../api/client.ts';
import { faultOf } from '../api/use-resource.ts';
import { hashOf } from '../location.ts';
import { Bars } from '../parts/bars.tsx';
import { download } from '../parts/download.ts';
import { DropZone } from '../parts/drop-zone.tsx';
import { Name } from '../parts/name.tsx';
import { Table } from '../parts/table.tsx';
import { percent, plural, whole } from '../words.ts';
import { predictPath } from './ask.ts';
import { answersAsCsv, type BatchAnswer, type BatchTable, instancesOf, readTable } from './batch-rows.ts';
import type { Feature } from './form-values.ts';

/** Rows of one request, of at most 10,000 and 1 MiB. */
const CHUNK_ROWS = 1000;

interface Done {
  readonly table: BatchTable;
  readonly answers: readonly BatchAnswer[];
}

/** Many rows at once: pasted or dropped, answered, and downloaded with their answers. */
export function Batch(props: { model: string; version: string | null; features: readonly Feature[] }) {
  const { model, version, features } = props;
  const [text, write] = useState('');
  const [said, say] = useState('');
  const [problem, setProblem] = useState('');
  const [done, finish] = useState<Done | null>(null);
  const id = useId();
  const run = async (content: string) => {
    setProblem('');
    finish(null);
    try {
      const table = readTable(content);
      finish({
        table,
        answers: await askAll(
          predictPath(model, version === null ? '' : `?version=${version}`),
          table,
          features,
          say,
        ),
      });
    } catch (error) {
      say('');
      setProblem(error instanceof Error ? error.message : faultOf(error).message);
    }
  };
  return (
    <section aria-label="Many rows">
      <h2>Many rows at once</h2>
      <DropZone
        isSmall
        title="Drop a CSV of rows"
        accept=".csv,.tsv,.txt"
        onFile={async (file) => run(await file.text())}
      >
        Its first row names the columns, as in the data.
      </DropZone>
      <p class="soft small">
        A large file, or one that is written in another way,{' '}
        <a href={hashOf(['models', model, 'batches'], version === null ? {} : { version })}>
          is answered whole
        </a>
        .
      </p>
      <label for={id}>Or paste rows</label>
      <textarea
        id={id}
        rows={4}
        spellcheck={false}
        value={text}
        onInput={({ currentTarget }) => write(currentTarget.value)}
      />
      <button type="button" onClick={() => run(text)} disabled={text.trim() === ''}>
        Predict all
      </button>
      <p role="status" class="small">
        {said}
      </p>
      {problem !== '' && (
        <p role="alert" class="bad-text literal">
          {problem}
        </p>
      )}
      {done !== null && <Results done={done} model={model} features={features} />}
    </section>
  );
}

async function askAll(
  path: string,
  table: BatchTable,
  features: readonly Feature[],
  say: (text: string) => void,
): Promise<BatchAnswer[]> {
  const instances = instancesOf(table, features);
  const answers: BatchAnswer[] = [];
  for (let at = 0; at < instances.length; at += CHUNK_ROWS) {
    say(`${whole(at)} of ${plural(instances.length, 'row')}`);
    const body = { instances: instances.slice(at, at + CHUNK_ROWS) };
    const { predictions } = await sendJson<{ predictions: BatchAnswer[] }>('POST', path, body);
    answers.push(...predictions);
  }
  say(`${plural(answers.length, 'row')} answered`);
  return answers;
}

function Results({
  done: { table, answers },
  model,
  features,
}: {
  done: Done;
  model: string;
  features: readonly Feature[];
}) {
  const counts = new Map<string, number>();
  for (const { prediction } of answers) counts.set(prediction, (counts.get(prediction) ?? 0) + 1);
  const bars = [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([label, count]) => ({ label, share: count / answers.length, text: whole(count) }));
  const shown = features.slice(0, 6).map(({ name }) => ({ name, at: table.names.indexOf(name) }));
  const save = () => download(`${model}-predictions.csv`, 'text/csv', answersAsCsv(table, answers));
  return (
    <>
      <button type="button" class="primary" onClick={save}>
        Download the answers
      </button>
      <Bars bars={bars} name="Rows of each predicted class" />
      <Table
        caption="Answers"
        rows={answers.map((answer, at) => ({ answer, at }))}
        keyOf={({ at }) => at}
        shownRows={20}
        columns={[
          { head: 'Row', isNumber: true, cell: ({ at }) => whole(at + 1) },
          { head: 'Prediction', cell: ({ answer }) => <Name text={answer.prediction} /> },
          { head: 'Confidence', isNumber: true, cell: ({ answer }) => percent(answer.confidence) },
          ...shown.map(({ name, at }) => ({
            head: <Name text={name} />,
            cell: (row: { answer: BatchAnswer; at: number }) => (
              <Name text={table.rows[row.at]?.[at] ?? ''} />
            ),
          })),
        ]}
      />
    </>
  );
}
