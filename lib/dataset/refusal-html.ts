import { escapeVisibly } from '../html/escape.ts';
import { renderPage } from '../html/page.ts';

const STYLE = `
.message{white-space:pre-wrap;overflow-wrap:anywhere}
`;

/**
 * Renders why a file was refused as one self-contained page. All text from the data is escaped, and its
 * invisible characters are shown.
 *
 * @param title what was refused, such as the file's key
 */
export function renderRefusal(
  refusal: {
    readonly code: string;
    readonly message: string;
    readonly line: number | null;
    readonly fix: string | null;
  },
  title: string,
): string {
  const { code, message, line, fix } = refusal;
  // A message may have a table of rejected rows below its first line.
  const lines = message.split('\n').map(escapeVisibly).join('\n');
  const place = line === null ? '' : ` at line ${line}`;
  const body = `<p>Refused${place}: <code>${escapeVisibly(code)}</code></p>
<p class="message">${lines}</p>
${fix === null ? '' : `<h2>To mend it</h2>\n<p class="message">${escapeVisibly(fix)}</p>`}`;
  return renderPage({ title, kind: 'refused file', style: STYLE, body });
}
