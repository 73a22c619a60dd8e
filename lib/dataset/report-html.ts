import { PROFILES } from '../columns/kinds.ts';
import { categoryBars } from '../html/charts.ts';
import { escapeHtml, escapeVisibly } from '../html/escape.ts';
import { dataTable, figureList, renderPage, whole } from '../html/page.ts';
import { REJECTIONS } from './csv/codes.ts';
import type { IngestReport } from './report.ts';
import { understoodWords } from './understood-words.ts';

type Column = IngestReport['columns'][number];

const STYLE = `
.columns{display:grid;grid-template-columns:repeat(auto-fill,minmax(18rem,1fr));gap:1rem}.columns section{padding:1rem;background:var(--card);border:1px solid var(--line);border-radius:.5rem;min-width:0}
`;

/**
 * Renders a report as one self-contained page: no script, no external asset, light and dark. All text from
 * the data is escaped, and its invisible characters are shown.
 *
 * @param title what was ingested, such as the file's name
 */
export function renderReport(report: IngestReport, title: string): string {
  const body = `<p>Read as ${escapeVisibly(understoodWords(report.understood))}.</p>
${figures(report)}
${warnings(report)}
${rejections(report)}
<h2>Classes of <q>${escapeVisibly(report.label)}</q></h2>
${categoryBars(
  report.classes.slice(0, 50).map(({ label, count }) => ({ value: label, count })),
  report.rows.accepted,
)}
<h2>Features</h2><div class="columns">${report.columns.map(column).join('\n')}</div>
${parts(report)}
<h2>Identity</h2>
<p class="soft">Data set <code>${escapeHtml(report.dataset_sha256)}</code><br>File <code>${escapeHtml(report.source_sha256)}</code>, ${whole(report.size_bytes)} bytes</p>`;
  return renderPage({ title, kind: 'data report', style: STYLE, body });
}

function figures({ rows, columns, classes }: IngestReport): string {
  return figureList([
    { value: whole(rows.accepted), text: 'rows accepted' },
    { value: whole(rows.rejected), text: 'rows rejected', isBad: rows.rejected > 0 },
    { value: whole(rows.blank), text: 'blank lines' },
    { value: whole(columns.length), text: 'features' },
    { value: whole(classes.length), text: 'classes' },
  ]);
}

function warnings({ warnings: texts }: IngestReport): string {
  if (texts.length === 0) return '';
  return `<h2>Worth knowing</h2><ul>${texts.map(({ message, fix }) => `<li>${escapeVisibly(message)}${fix === null ? '' : `<br><span class="soft">${escapeVisibly(fix)}</span>`}</li>`).join('')}</ul>`;
}

function rejections({ rejections: { by_code: codes, examples }, rows }: IngestReport): string {
  if (rows.rejected === 0) return '<h2>Rejected rows</h2><p>None: every row was accepted.</p>';
  const reasons = codes.map(({ code, count }) => [
    `<code>${escapeHtml(code)}</code>`,
    whole(count),
    REJECTIONS[code],
  ]);
  const hasParts = examples.some(({ part }) => part !== undefined);
  const cells = examples.map(({ part = '', line, column: name, code, value }) => [
    ...(hasParts ? [escapeVisibly(part)] : []),
    whole(line),
    escapeVisibly(name),
    `<code>${escapeHtml(code)}</code>`,
    escapeVisibly(value),
  ]);
  return `<h2>Rejected rows</h2>
${dataTable(['Code', 'Rows', 'Why'], reasons)}
<p class="soft">${examples.length < rows.rejected ? `The first ${examples.length}; all are in rejects.csv.` : 'All of them:'}</p>
${dataTable([...(hasParts ? ['Part'] : []), 'Line', 'Column', 'Code', 'Value'], cells)}`;
}

function parts({ parts: all }: IngestReport): string {
  if (all === undefined) return '';
  const cells = all.map(({ name, size_bytes, rows }) => [
    escapeVisibly(name),
    whole(size_bytes),
    whole(rows.read),
    whole(rows.rejected),
  ]);
  return `<h2>Parts</h2>${dataTable(['Part', 'Bytes', 'Rows', 'Rejected'], cells)}`;
}

function column(profile: Column): string {
  const gaps = profile.missing > 0 ? `, ${whole(profile.missing)} missing` : '';
  const head = `<h3>${escapeVisibly(profile.name)}</h3><p class="soft">${profile.type}, ${whole(profile.count)} values${gaps}</p>`;
  return `<section>${head}${PROFILES[profile.type].render(profile)}</section>`;
}
