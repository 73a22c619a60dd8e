import { execFileSync } from 'node:child_process';

/** One run of a benchmark, as README.md records it. */
export interface BenchRecord {
  readonly command: string;
  readonly machine: string;
  /** The load average of the minute before it began, from other work than the benchmark's. */
  readonly load: number;
  /** As 2026-11-29. */
  readonly day: string;
  readonly commit: string;
  readonly output: string;
}

/**
 * README with the record between the markers of that benchmark.
 *
 * @throws Error when the markers are missing
 */
export function withRecord(readme: string, name: string, record: BenchRecord): string {
  const begin = `<!-- begin ${name} -->\n`;
  const end = `<!-- end ${name} -->`;
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`README.md: expected the lines "${begin.trim()}" and "${end}"`);
  return `${readme.slice(0, from + begin.length)}${sectionOf(record)}${readme.slice(to)}`;
}

function sectionOf({ command, machine, load, day, commit, output }: BenchRecord): string {
  return `
\`${command}\`, ${day}, commit ${commit}: ${machine}; load before it ${load.toFixed(1)}.

\`\`\`text record
${output.trim()}
\`\`\`

`;
}

/** The commit that is checked out, and whether there are changes. */
export function commitOf(folder: string): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
  const changes = git('status', '--porcelain', '--untracked-files=no');
  return `${git('rev-parse', '--short', 'HEAD')}${changes === '' ? '' : ' with changes'}`;
}
