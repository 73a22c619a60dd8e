import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Folders that hold no document of ours. */
const LEFT_OUT = /(^|\/)(node_modules|dist|coverage|\.git|\.local|\.terraform)(\/|$)/;

/** A fenced block: what is said of it (`sh run`), and its lines. */
export interface Fence {
  /** 1-based, of the line that opens it. */
  readonly line: number;
  readonly mark: string;
  readonly text: string;
}

export interface MarkdownFile {
  /** From the project's folder. */
  readonly path: string;
  readonly fences: readonly Fence[];
  /** All else, fences as empty lines, so that line numbers stay. */
  readonly prose: readonly string[];
}

/** Every document of the project. */
export function markdownFiles(): MarkdownFile[] {
  const entries = readdirSync(ROOT, { withFileTypes: true }).filter(({ name }) => !LEFT_OUT.test(name));
  const paths = entries.flatMap((entry) => {
    if (!entry.isDirectory()) return [entry.name];
    return readdirSync(join(ROOT, entry.name), { recursive: true, encoding: 'utf8' }).map((path) =>
      join(entry.name, path),
    );
  });
  return paths
    .filter((path) => path.endsWith('.md') && !LEFT_OUT.test(path))
    .sort()
    .map((path) => parseMarkdown(relative(ROOT, join(ROOT, path)), readFileSync(join(ROOT, path), 'utf8')));
}

/** @throws Error for a fence that is never closed */
export function parseMarkdown(path: string, text: string): MarkdownFile {
  const fences: Fence[] = [];
  const prose: string[] = [];
  let open: { line: number; mark: string; lines: string[] } | undefined;
  text.split('\n').forEach((line, i) => {
    const isFence = /^\s*```/.test(line);
    prose.push(open || isFence ? '' : line);
    if (open && isFence) {
      fences.push({ line: open.line, mark: open.mark, text: open.lines.join('\n') });
      open = undefined;
    } else if (open) open.lines.push(line);
    else if (isFence) open = { line: i + 1, mark: line.trim().slice(3), lines: [] };
  });
  if (open) throw new Error(`${path}:${open.line}: the block is never closed`);
  return { path, fences, prose };
}

/** The anchors of its headings, as GitHub makes them. */
export function anchorsOf({ prose }: MarkdownFile): string[] {
  const seen = new Map<string, number>();
  return prose.flatMap((line) => {
    const heading = /^#{1,6}\s+(.+?)\s*$/.exec(line)?.[1];
    if (heading === undefined) return [];
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return [count === 0 ? slug : `${slug}-${count}`];
  });
}
