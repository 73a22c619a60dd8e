import type { ChampionAnswer } from '../../../../lib/http/schemas/models-api.ts';
import type { ModelReport } from '../../../../lib/training/model-report.ts';
import { getJson, modelPath } from '../api/client.ts';
import { useResource } from '../api/use-resource.ts';
import { Empty, Fault, Loading } from '../parts/fault.tsx';
import { Figures } from '../parts/figures.tsx';
import { LineChart, ticksOf } from '../parts/line-chart.tsx';
import { Name } from '../parts/name.tsx';
import { Table } from '../parts/table.tsx';
import { margin, percent, plural, score, short, uncertainty, whole } from '../words.ts';
import { Confusion } from './confusion.tsx';
import { ImportanceOf } from './importance.tsx';
import { reportOf } from './version-report.ts';

type Holdout = ModelReport['holdout'];

/** How good a version is: what it reached on rows that it had not seen, and how it was chosen. */
export function Quality({ model, version }: { model: string; version: string | null }) {
  const { data, fault, reload } = useResource(`quality ${model} ${version}`, async (signal) => {
    const asked = version ?? (await getJson<ChampionAnswer>(modelPath(model, '/champion'), signal)).champion;
    if (asked === null) return null;
    const number = Number(String(asked).replace(/^v/, ''));
    return { version: number, report: await reportOf(model, number, signal) };
  });
  if (fault && data === undefined) return <Fault fault={fault} onRetry={reload} />;
  if (data === undefined) return <Loading what="the report" lines={8} />;
  if (data === null) return <Empty title="No version answers, so there is no quality to show" />;
  const { report } = data;
  return (
    <>
      <p class="lead">
        Version {data.version} on {plural(report.rows.held_out, 'row')} that it had not seen
      </p>
      <Figures figures={figuresOf(report.holdout)} />
      <PerClass holdout={report.holdout} />
      <ImportanceOf importance={report.importance} />
      <Confusion classes={report.classes} counts={report.holdout.confusion} />
      <div class="columns">
        <Reliability holdout={report.holdout} />
        <Sweep report={report} />
      </div>
      <Tried report={report} />
    </>
  );
}

function figuresOf(holdout: Holdout) {
  return [
    {
      name: 'Macro-F1',
      value: score(holdout.macro_f1),
      note: uncertainty(holdout.macro_f1_standard_error),
    },
    { name: 'Accuracy', value: percent(holdout.accuracy) },
    {
      name: 'Always the largest class',
      value: percent(holdout.baseline.accuracy),
      note: `accuracy; macro-F1 ${score(holdout.baseline.macro_f1)}`,
    },
    {
      name: 'Calibration error',
      value: percent(holdout.expected_calibration_error),
      note: 'of the confidence',
    },
  ];
}

function PerClass({ holdout: { classes } }: { holdout: Holdout }) {
  return (
    <section aria-label="By class">
      <h2>By class</h2>
      <Table
        caption="By class"
        rows={classes}
        keyOf={({ label }) => label}
        shownRows={30}
        columns={[
          { head: 'Class', cell: ({ label }) => <Name text={label} /> },
          { head: 'F1', isNumber: true, cell: ({ f1, support }) => scoreOf(f1, support) },
          {
            head: 'Precision',
            isNumber: true,
            cell: ({ precision, support }) => scoreOf(precision, support),
          },
          { head: 'Recall', isNumber: true, cell: ({ recall, support }) => scoreOf(recall, support) },
          { head: 'Rows', isNumber: true, cell: ({ support }) => whole(support) },
        ]}
      />
    </section>
  );
}

/** Of a class without a row in the test nothing is known, which is not 0. */
const scoreOf = (value: number, rows: number) => (rows === 0 ? '–' : score(value));

function Reliability({ holdout: { reliability } }: { holdout: Holdout }) {
  const points = reliability
    .filter(({ rows }) => rows > 0)
    .map(({ mean_confidence, share_right, rows }) => ({
      x: mean_confidence,
      y: share_right,
      // Of a share of few rows, little is known.
      error: margin(Math.sqrt((share_right * (1 - share_right)) / rows)),
      title: `confidence ${percent(mean_confidence)}: ${percent(share_right)} right, ${plural(rows, 'row')}`,
    }));
  if (points.length === 0) return null;
  const axis = { from: 0, to: 1, ticks: [0, 0.25, 0.5, 0.75, 1] };
  return (
    <section aria-label="Can the confidence be trusted?">
      <h2>Can the confidence be trusted?</h2>
      <p class="soft small">On the dashed line, answers are right as often as their confidence says.</p>
      <LineChart
        points={points}
        x={{ ...axis, name: 'confidence' }}
        y={{ ...axis, name: 'share right' }}
        words={`Share right by confidence: ${points.map(({ title }) => title).join('; ')}`}
        hasDiagonal
      />
    </section>
  );
}

function Sweep({ report: { cross_validation, chosen } }: { report: ModelReport }) {
  const sweep = cross_validation.neighbours_sweep.toSorted((a, b) => a.neighbours - b.neighbours);
  if (sweep.length < 2) return null;
  const low = Math.max(
    0,
    Math.min(...sweep.map(({ macro_f1, standard_error }) => macro_f1 - standard_error)),
  );
  const high = Math.min(
    1,
    Math.max(...sweep.map(({ macro_f1, standard_error }) => macro_f1 + standard_error)),
  );
  const last = sweep.at(-1)!.neighbours;
  return (
    <section aria-label="Number of neighbours">
      <h2>How many neighbours?</h2>
      <p class="soft small">
        Macro-F1 in cross-validation; {chosen.neighbours} were chosen, weighted {chosen.vote_weights},{' '}
        {chosen.metric} distance.
      </p>
      <LineChart
        points={sweep.map(({ neighbours, macro_f1, standard_error }) => ({
          x: neighbours,
          y: macro_f1,
          error: standard_error,
          title: `${neighbours} neighbours: ${score(macro_f1)} ± ${score(standard_error)}`,
        }))}
        x={{ from: 0, to: last, name: 'neighbours', ticks: ticksOf(0, last) }}
        y={{ from: low, to: high, name: 'macro-F1', ticks: ticksOf(low, high) }}
        words={`Macro-F1 by number of neighbours, best ${short(high)}`}
      />
    </section>
  );
}

/** The settings that were tried, the best first. */
function Tried({ report }: { report: ModelReport }) {
  return (
    <section aria-label="How it was chosen">
      <h2>How it was chosen</h2>
      <p class="soft small">
        The best of {plural(report.cross_validation.candidates, 'setting')} that were tried
      </p>
      <Table
        caption="The best settings"
        rows={report.cross_validation.best.map((each, at) => ({ ...each, at }))}
        keyOf={({ at }) => at}
        shownRows={8}
        columns={[
          {
            head: 'Macro-F1',
            isNumber: true,
            cell: ({ macro_f1, standard_error }) => `${score(macro_f1)} ± ${score(standard_error)}`,
          },
          { head: 'Neighbours', isNumber: true, cell: ({ neighbours }) => neighbours },
          { head: 'Numbers', cell: ({ numbers }) => numbers },
          { head: 'Distance', cell: ({ metric }) => metric },
          { head: 'Votes', cell: ({ vote_weights }) => vote_weights },
          { head: 'Balance', cell: ({ class_balance }) => String(class_balance) },
        ]}
      />
    </section>
  );
}
