import type { IngestReport } from './report.ts';
import { categoryBars, histogram } from './report-charts.ts';
import { escapeHtml, escapeVisibly } from './report-escape.ts';

type Column = IngestReport['columns'][number];

const STYLE = `
:root{color-scheme:light dark;--ink:#1c2733;--soft:#5b6b7b;--line:#d8dee5;--bar:#2f6fb5;--bad:#b3261e;--paper:#fff;--card:#f6f8fa}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa7b4;--line:#30363d;--bar:#6cb0ff;--bad:#ff8a80;--paper:#0d1117;--card:#161b22}}
*{box-sizing:border-box}body{margin:0 auto;max-width:64rem;padding:2rem 1rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
h1{font-size:1.6rem}h2{margin-top:2.5rem;font-size:1.2rem}h3{margin:0 0 .25rem;font-size:1rem;overflow-wrap:anywhere}
.figures{display:flex;flex-wrap:wrap;gap:1rem;padding:0;list-style:none}.figures li{flex:1 1 8rem;padding:.75rem 1rem;background:var(--card);border:1px solid var(--line);border-radius:.5rem}
.figures b{display:block;font-size:1.5rem;font-variant-numeric:tabular-nums}.soft{color:var(--soft);font-size:.875rem}.bad{color:var(--bad)}
.columns{display:grid;grid-template-columns:repeat(auto-fill,minmax(18rem,1fr));gap:1rem}.columns section{padding:1rem;background:var(--card);border:1px solid var(--line);border-radius:.5rem;min-width:0}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{padding:.3rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;overflow-wrap:anywhere}
svg{display:block;width:100%;max-width:22rem;height:auto;margin-top:.5rem}svg rect{fill:var(--bar)}svg text{fill:var(--soft);font:11px system-ui,sans-serif}code{font-size:.85em;overflow-wrap:anywhere}
`;

/** Why rows are rejected, for people. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['number', 'a cell of a numeric column is no plain decimal number'],
  ['range', 'a number is outside what the contract or a double allows'],
  ['category', 'a text is not among those that the contract lists'],
  ['label', 'the label is missing, too long, or holds invisible characters'],
  ['width', 'the row has more or fewer fields than the header'],
  ['field_size', 'a field is too large'],
  ['row_size', 'the row is too large'],
]);

/**
 * Renders a report as one self-contained page: no script, no external asset, light and dark. All text from the data is
 * escaped, and its invisible characters are shown.
 *
 * @param title what was ingested, such as the file's name
 */
export function renderReport(report: IngestReport, title: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeVisibly(title)}: data report</title><style>${STYLE}</style></head><body>
<h1>${escapeVisibly(title)}</h1>
${figures(report)}
${warnings(report)}
${rejections(report)}
<h2>Classes of <q>${escapeVisibly(report.label)}</q></h2>
${categoryBars(
  report.classes.slice(0, 50).map(({ label, count }) => ({ value: label, count })),
  report.rows.accepted,
)}
<h2>Features</h2><div class="columns">${report.columns.map(column).join('\n')}</div>
<h2>Identity</h2>
<p class="soft">Data set <code>${escapeHtml(report.dataset_sha256)}</code><br>File <code>${escapeHtml(report.source_sha256)}</code>, ${number(report.size_bytes)} bytes</p>
</body></html>
`;
}

function figures({ rows, columns, classes }: IngestReport): string {
  const figure = (value: number, text: string, tone = '') => `<li><b${tone}>${number(value)}</b>${text}</li>`;
  return `<ul class="figures">${figure(rows.accepted, 'rows accepted')}${figure(rows.rejected, 'rows rejected', rows.rejected > 0 ? ' class="bad"' : '')}${figure(rows.blank, 'blank lines')}${figure(columns.length, 'features')}${figure(classes.length, 'classes')}</ul>`;
}

function warnings({ warnings: texts }: IngestReport): string {
  if (texts.length === 0) return '';
  return `<h2>Worth knowing</h2><ul>${texts.map((text) => `<li>${escapeVisibly(text)}</li>`).join('')}</ul>`;
}

function rejections({ rejections: { by_code: codes, examples }, rows }: IngestReport): string {
  if (rows.rejected === 0) return '<h2>Rejected rows</h2><p>None: every row was accepted.</p>';
  const reasons = codes.map(
    ({ code, count }) =>
      `<tr><td><code>${escapeHtml(code)}</code></td><td>${number(count)}</td><td>${REASONS.get(code) ?? ''}</td></tr>`,
  );
  const cells = examples.map(
    ({ line, column: name, code, value }) =>
      `<tr><td>${number(line)}</td><td>${escapeVisibly(name)}</td><td><code>${escapeHtml(code)}</code></td><td>${escapeVisibly(value)}</td></tr>`,
  );
  return `<h2>Rejected rows</h2>
<div class="scroll"><table><thead><tr><th>Code</th><th>Rows</th><th>Why</th></tr></thead><tbody>${reasons.join('')}</tbody></table></div>
<p class="soft">${examples.length < rows.rejected ? `The first ${examples.length}; all are in rejects.csv.` : 'All of them:'}</p>
<div class="scroll"><table><thead><tr><th>Line</th><th>Column</th><th>Code</th><th>Value</th></tr></thead><tbody>${cells.join('')}</tbody></table></div>`;
}

function column(profile: Column): string {
  const gaps = profile.missing > 0 ? `, ${number(profile.missing)} missing` : '';
  const head = `<h3>${escapeVisibly(profile.name)}</h3><p class="soft">${profile.type}, ${number(profile.count)} values${gaps}</p>`;
  return `<section>${head}${profile.type === 'numeric' ? numeric(profile) : categoryBars(profile.top, profile.count)}</section>`;
}

function numeric(profile: Extract<Column, { type: 'numeric' }>): string {
  if (profile.histogram === null) return '';
  const about = profile.exact ? '' : ' (within 0.4%)';
  const facts = `mean ${short(profile.mean)}, sd ${short(profile.sd)}, median ${short(profile.quantiles?.p50 ?? null)}${about}`;
  return `<p class="soft">${facts}</p>${histogram(profile.histogram)}`;
}

const number = (value: number) => value.toLocaleString('en-US');
const short = (value: number | null) => (value === null ? 'unknown' : String(Number(value.toPrecision(4))));
