import { escapeVisibly } from './escape.ts';

const STYLE = `
:root{color-scheme:light dark;--ink:#1c2733;--soft:#5b6b7b;--line:#d8dee5;--bar:#2f6fb5;--bad:#b3261e;--paper:#fff;--card:#f6f8fa}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa7b4;--line:#30363d;--bar:#6cb0ff;--bad:#ff8a80;--paper:#0d1117;--card:#161b22}}
*{box-sizing:border-box}body{margin:0 auto;max-width:64rem;padding:2rem 1rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
h1{font-size:1.6rem;overflow-wrap:anywhere}h2{margin-top:2.5rem;font-size:1.2rem}h3{margin:0 0 .25rem;font-size:1rem;overflow-wrap:anywhere}
.figures{display:flex;flex-wrap:wrap;gap:1rem;padding:0;list-style:none}.figures li{flex:1 1 8rem;padding:.75rem 1rem;background:var(--card);border:1px solid var(--line);border-radius:.5rem}
.figures b{display:block;font-size:1.5rem;font-variant-numeric:tabular-nums}.soft{color:var(--soft);font-size:.875rem}.bad{color:var(--bad)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{padding:.3rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;overflow-wrap:anywhere}
svg{display:block;width:100%;max-width:22rem;height:auto;margin-top:.5rem}svg rect{fill:var(--bar)}svg text{fill:var(--soft);font:11px system-ui,sans-serif}code{font-size:.85em;overflow-wrap:anywhere}
`;

export interface Page {
  /** The heading. It may be any text. */
  readonly title: string;
  /** The kind of page, for the browser's title. */
  readonly kind: string;
  /** CSS rules in addition to those of all pages. */
  readonly style: string;
  /** HTML in which all text is escaped already. */
  readonly body: string;
}

/**
 * Renders a self-contained page: no script, no external asset, light and dark. Equal arguments give equal
 * text.
 */
export function renderPage({ title, kind, style, body }: Page): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeVisibly(title)}: ${kind}</title><style>${STYLE}${style}</style></head><body>
<h1>${escapeVisibly(title)}</h1>
${body}
</body></html>
`;
}

/** A row of key figures. `value` is HTML. */
export function figureList(
  figures: readonly { readonly value: string; readonly text: string; readonly isBad?: boolean }[],
): string {
  const items = figures.map(
    ({ value, text, isBad }) => `<li><b${isBad ? ' class="bad"' : ''}>${value}</b>${text}</li>`,
  );
  return `<ul class="figures">${items.join('')}</ul>`;
}

/** A table that scrolls on its own when it is too wide. `rows` are lists of cells in HTML. */
export function dataTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const heads = head.map((name) => `<th>${name}</th>`).join('');
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('');
  return `<div class="scroll"><table><thead><tr>${heads}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/**
 * A whole number with commas between its thousands. It does not use Intl, whose first use takes longer than
 * the rest of a page.
 */
export const whole = (value: number) => String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');

/** A number with four significant digits; null gives "unknown". */
export const short = (value: number | null) =>
  value === null ? 'unknown' : String(Number(value.toPrecision(4)));
