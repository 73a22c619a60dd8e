/** A table of Markdown. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('');
}

export const codeCell = (text: string) => `\`${text.replace(/ +/g, ' ').replaceAll('|', '\\|')}\``;

/** Outside of code, Markdown takes <name> for a tag. */
export const sentenceCell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

/**
 * A document with what stands between two marks replaced.
 *
 * @param file the document's path, for people
 * @param name what the marks name: `<!-- begin name -->` and `<!-- end name -->`
 */
export function replaceBetween(text: string, file: string, name: string, content: string): string {
  const [begin, end] = [`<!-- begin ${name} -->\n`, `<!-- end ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file}: expected the lines "${begin.trim()}" and "${end}"`);
  return `${text.slice(0, from + begin.length)}\n${content}\n${text.slice(to)}`;
}
