import { KIND_NAMES } from '../columns/kinds.ts';
import { escapeHtml, escapeVisibly } from '../html/escape.ts';
import { dataTable, figureList, renderPage, short, whole } from '../html/page.ts';
import { confusionTable } from './confusion-table.ts';
import { describeCurve } from './curve-words.ts';
import { describeEstimate } from './estimate-words.ts';
import { describeImportance } from './importance-words.ts';
import type { ModelReport, ReportedCandidate, ReportedImportance } from './model-report.ts';
import { neighboursSweep, reliabilityDiagram } from './model-report-charts.ts';
import { describeSetting } from './setting-words.ts';

/** More classes than this are only in report.json. */
const LISTED_CLASSES = 100;

/** More features than this are only in report.json. */
const LISTED_FEATURES = 30;

const STYLE = `
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(18rem,1fr));gap:1rem 2rem}.pair+.scroll{margin-top:1rem}.pair h2{margin-bottom:.25rem}.chart{max-width:30rem}
.grid{stroke:var(--line)}.ideal{stroke:var(--soft);stroke-dasharray:4 4}.dot{fill:var(--bar);fill-opacity:.75}.band{fill:var(--bar);fill-opacity:.18}.line{fill:none;stroke:var(--bar);stroke-width:2}.chosen{fill:var(--paper);stroke:var(--bar);stroke-width:3}
.confusion{width:auto}.confusion th,.confusion td{padding:.3rem .5rem;border:1px solid var(--line);text-align:right;vertical-align:middle;overflow-wrap:normal}.confusion td{min-width:2.5rem}.confusion thead th{vertical-align:bottom;font-weight:400}.confusion thead span{display:inline-block;max-height:10rem;overflow:hidden;writing-mode:vertical-rl;transform:rotate(180deg);text-overflow:ellipsis;white-space:nowrap}
.confusion tbody th{max-width:12rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;font-weight:400}.confusion .corner{color:var(--soft);font-size:.75rem;white-space:nowrap}.small td,.small th{padding:.15rem .25rem;font-size:.75rem}.small td{min-width:1.75rem}
.right{background:color-mix(in srgb,var(--bar) var(--heat),transparent)}.wrong{background:color-mix(in srgb,var(--bad) var(--heat),transparent)}
th,td{overflow-wrap:break-word}.bar{min-width:5rem}.bar i{display:block;height:6px;margin-top:2px;background:var(--bar)}.bar i.other{background:var(--soft)}.name{min-width:6rem;overflow-wrap:anywhere}.picked{font-weight:700}dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
`;

/**
 * Renders the results of a training as one self-contained page beside its `report.json`: no script, no
 * external asset, light and dark. All text from the data is escaped, and its invisible characters are shown.
 * Equal arguments give equal bytes.
 *
 * @param title what was trained, such as the model's name
 */
export function renderModelReport(report: ModelReport, title: string): string {
  const { holdout, cross_validation: validation, chosen } = report;
  const body = `${figures(report)}
<h2>What was chosen</h2><p>${describeSetting(chosen, report.features).join(' ')}</p>
<p class="soft">${chosenFrom(report)}</p>
<p class="soft">${describeEstimate(report).join(' ')}</p>
<h2>Against guessing without the features</h2>${baseline(report)}
<h2>Classes of <q>${escapeVisibly(report.label)}</q></h2><p class="soft">On ${whole(report.rows.held_out)} held-out rows.</p>${classTable(holdout.classes)}
${learningCurve(report)}<h2>What matters</h2>${importance(report)}
<h2>Confusion matrix</h2><p class="soft">Held-out rows: each line is a true class, each column an answer; the stronger its colour, the larger its share of the line.</p>${confusionTable(holdout)}
<div class="pair"><section><h2>Can the confidence be trusted?</h2><p class="soft">On the dashed line, answers are right as often as they say. A point's area is its number of rows.</p>${reliabilityDiagram(holdout.reliability)}</section>
<section><h2>Number of neighbours</h2><p class="soft">Macro-F1 in cross-validation, with one standard error either side; the ring is the chosen number.</p>${neighboursSweep(validation.neighbours_sweep, chosen.neighbours)}</section></div>
${reliabilityTable(holdout.reliability)}
<h2>Best settings in cross-validation</h2>${candidateTable(report)}
<h2>Settings and identity</h2>${identity(report)}`;
  return renderPage({ title, kind: 'model report', style: STYLE, body });
}

function figures({ holdout, rows }: ModelReport): string {
  const baselineScore = Math.max(holdout.baseline.macro_f1, holdout.baseline.chance_macro_f1);
  return figureList([
    {
      value: score(holdout.macro_f1),
      text: `± ${score(holdout.macro_f1_standard_error)} macro-F1 on held-out rows`,
    },
    { value: percent(holdout.accuracy), text: 'accuracy' },
    { value: score(baselineScore), text: 'macro-F1 of guessing' },
    { value: score(holdout.log_loss), text: 'log loss' },
    { value: score(holdout.expected_calibration_error), text: 'calibration error' },
    { value: whole(rows.all), text: `rows, ${whole(rows.held_out)} held out` },
  ]);
}

function chosenFrom({ cross_validation, rows, reference_check: { compared, tied } }: ModelReport): string {
  const differed = tied === 0 ? 'no answer differed' : `${whole(tied)} differed, each by a tie`;
  return `Chosen from ${whole(cross_validation.candidates)} settings by cross-validation on ${whole(rows.selection)} rows: the simplest among those that are about as good as the best. The final model holds ${rows.trained === undefined ? `all ${whole(rows.all)}` : `${whole(rows.trained)} of the ${whole(rows.all)}`} rows. ${whole(compared)} answers were compared with the reference implementation's: ${differed}.`;
}

function learningCurve(report: ModelReport): string {
  const [first, ...sentences] = describeCurve(report);
  if (first === undefined) return '';
  const rows = report.learning_curve!.map(({ rows: count, macro_f1, standard_error }) => [
    whole(count),
    bar(macro_f1),
    `± ${score(standard_error)}`,
  ]);
  return `<h2>Is more data worth it?</h2><p>${sentences.join(' ')}</p>${dataTable(['Rows learnt from', 'Macro-F1', ''], rows)}`;
}

function baseline({ holdout }: ModelReport): string {
  return dataTable(
    ['', 'Macro-F1', 'Accuracy'],
    [
      ['This model', bar(holdout.macro_f1), bar(holdout.accuracy)],
      [
        'Always the most frequent class',
        bar(holdout.baseline.macro_f1, 'other'),
        bar(holdout.baseline.accuracy, 'other'),
      ],
      ['By chance, as often as classes occur', bar(holdout.baseline.chance_macro_f1, 'other'), ''],
    ],
  );
}

function classTable(classes: ModelReport['holdout']['classes']): string {
  const largest = new Set(classes.toSorted((a, b) => b.support - a.support).slice(0, LISTED_CLASSES));
  const rows = classes
    .filter((one) => largest.has(one))
    .map(({ label, support, precision, recall, f1 }) => [
      `<div class="name">${escapeVisibly(label)}</div>`,
      whole(support),
      ...[precision, recall, f1].map((value) => (support === 0 ? '' : bar(value))),
    ]);
  const note =
    classes.length > LISTED_CLASSES
      ? `<p class="soft">The ${LISTED_CLASSES} largest of ${whole(classes.length)} classes; all are in report.json.</p>`
      : '';
  return `${note}${dataTable(['Class', 'Rows', 'Precision', 'Recall', 'F1'], rows)}`;
}

function importance({ importance: measured }: ModelReport): string {
  if (!measured) return '<p class="soft">Not measured when this model was trained.</p>';
  const { features } = measured;
  const largest = Math.max(...features.map(({ macro_f1_fall }) => macro_f1_fall), Number.EPSILON);
  const rows = features.slice(0, LISTED_FEATURES).map(({ name, macro_f1_fall: fall }) => {
    const width = percent(Math.max(0, fall) / largest);
    return [
      `<div class="name">${escapeVisibly(name)}</div>`,
      `<div class="bar">${score(fall)}<i style="width:${width}"></i></div>`,
    ];
  });
  return `<p class="soft">${describeImportance(measured)}</p>${dataTable(['Feature', 'Fall of macro-F1'], rows)}${moreFeatures(measured)}`;
}

function moreFeatures({ features, unmeasured }: ReportedImportance): string {
  const notes = [
    ...(features.length > LISTED_FEATURES
      ? [`The first ${LISTED_FEATURES} of ${whole(features.length)}; all are in report.json.`]
      : []),
    ...(unmeasured > 0
      ? [
          `${whole(unmeasured)} more were not measured, to save time: those that alone say least about the class.`,
        ]
      : []),
  ];
  return notes.length === 0 ? '' : `<p class="soft">${notes.join(' ')}</p>`;
}

function reliabilityTable(bins: ModelReport['holdout']['reliability']): string {
  const rows = bins.map(({ from, to, rows: count, mean_confidence, share_right }) => [
    `${from.toFixed(1)} to ${to.toFixed(1)}`,
    whole(count),
    score(mean_confidence),
    score(share_right),
  ]);
  return dataTable(['Confidence', 'Rows', 'Mean stated', 'Share right'], rows);
}

/** The scales that distances are measured by; dates on a line and medians for gaps go without saying. */
const scaleWords = ({ numbers, times, gaps }: ReportedCandidate) =>
  [
    numbers,
    ...(times === 'cycles' ? ['cycles'] : []),
    ...(gaps === 'class_shares' ? ['gaps apart'] : []),
  ].join(', ');

function candidateTable({ cross_validation: { best, candidates }, chosen }: ModelReport): string {
  const key = (candidate: ReportedCandidate) => JSON.stringify(candidate);
  const isListed = best.some((candidate) => key(candidate) === key(chosen));
  const rows = (isListed ? best : [...best, chosen]).map((candidate) => {
    const cells = [
      `${score(candidate.macro_f1)} ± ${score(candidate.standard_error)}`,
      String(candidate.neighbours),
      candidate.vote_weights,
      String(candidate.class_balance),
      candidate.metric,
      scaleWords(candidate),
      candidate.space.replace('_', ' '),
    ];
    if (key(candidate) !== key(chosen)) return ['', ...cells];
    return ['chosen', ...cells].map((cell) => `<span class="picked">${cell}</span>`);
  });
  const rest = isListed ? '' : ', and the chosen one';
  return `<p class="soft">The best ${best.length} of ${whole(candidates)}${rest}.</p>${dataTable(['', 'Macro-F1', 'k', 'Votes', 'Balance', 'Metric', 'Scales', 'Space'], rows)}`;
}

function identity(report: ModelReport): string {
  const { settings, features } = report;
  const counts = KIND_NAMES.map(
    (kind) => [features.filter(({ type }) => type === kind).length, kind] as const,
  );
  const kinds = counts.flatMap(([count, kind]) => (count === 0 ? [] : [`${count} ${kind}`]));
  const facts: [name: string, html: string][] = [
    ['Model', `<code>${escapeHtml(report.artifact_sha256)}</code>, ${whole(report.artifact_bytes)} bytes`],
    ['Data set', `<code>${escapeHtml(report.dataset_sha256)}</code>`],
    ['Features', kinds.join(', ')],
    ['Algorithm', `version ${report.algorithm_version}, seed ${settings.seed}`],
    ['Settings', `<code>${escapeVisibly(JSON.stringify(settings))}</code>`],
  ];
  return `<dl>${facts.map(([name, html]) => `<dt>${name}</dt><dd>${html}</dd>`).join('')}</dl>`;
}

function bar(share: number, tone = ''): string {
  const colour = tone === '' ? '' : ` class="${tone}"`;
  return `<div class="bar">${score(share)}<i${colour} style="width:${percent(share)}"></i></div>`;
}

const score = (value: number) => value.toFixed(3);
const percent = (share: number) => `${short(100 * share)}%`;
