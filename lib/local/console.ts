import type { StyledText, Terminal } from '../terminal.ts';
import { oneLine } from '../text-safety.ts';
import { progressWords } from './progress-words.ts';

/** What a file holds must not fill the screen. */
const MAX_LINE_LENGTH = 2000;

/** The output that the user of the laptop sees: text for a terminal, or one JSON object per line. */
export interface Console {
  /** A step of starting or stopping. */
  step(message: string): void;
  /** One line that a function wrote. */
  functionLine(functionName: string, line: string): void;
  /** A problem that the user should know about. */
  problem(message: string): void;
  /** Everything is running. */
  ready(facts: ReadyFacts): void;
}

/** The addresses and folders, in the order in which they are shown. */
export interface ReadyFacts {
  readonly urls: Readonly<Record<string, string>>;
  readonly rawBucket: string;
  readonly tryIt: readonly string[];
}

/** One JSON object per line on standard output: `{"event": ..., ...}`. */
export function jsonConsole(terminal: Terminal): Console {
  const emit = (event: string, facts: object) => terminal.json({ event, ...facts });
  return {
    step: (message) => emit('step', { message }),
    functionLine: (functionName, line) =>
      emit('log', { function: functionName, line: parseLogLine(line) ?? line }),
    problem: (message) => emit('problem', { message }),
    ready: (facts) => emit('ready', facts),
  };
}

/** Text for people: the functions' progress, and warnings and errors in full. Nothing else. */
export function textConsole(terminal: Terminal): Console {
  const styled = (style: StyledText['style'], text: string) => ({ style, text });
  const functionLine = (functionName: string, line: string) => {
    const shown = describeLine(line);
    if (shown === undefined) return;
    const label = styled(shown.level === 'INFO' ? 'cyan' : 'red', functionName.padEnd(9));
    const [first = '', ...rest] = shown.lines.map((text) => oneLine(text, MAX_LINE_LENGTH));
    terminal.line(label, ' ', first);
    terminal.lines(rest);
  };
  return {
    step: (message) => terminal.line(styled('dim', message)),
    functionLine,
    problem: (message) => {
      for (const line of message.split('\n')) terminal.line(styled('red', line));
    },
    ready: ({ urls, rawBucket, tryIt }) => {
      const width = Math.max(...Object.keys(urls).map((name) => name.length), 'Raw bucket'.length) + 2;
      const row = (name: string, value: string) =>
        terminal.line(`  ${name.padEnd(width)}`, styled('bold', value));
      terminal.line();
      for (const [name, url] of Object.entries(urls)) row(name, url);
      row('Raw bucket', rawBucket);
      terminal.lines(['', 'Try it:', ...tryIt.map((line) => `  ${line}`), '']);
    },
  };
}

interface LogLine {
  readonly level?: string;
  readonly message?: string;
  readonly [key: string]: unknown;
}

function parseLogLine(line: string): LogLine | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    // A line that begins with a brace but is not JSON is shown unchanged.
    return undefined;
  }
}

/** The functions' structured progress as a sentence. Other lines stay unchanged; debug lines are dropped. */
function describeLine(line: string): { level: string; lines: string[] } | undefined {
  const failure = describeFailure(line);
  if (failure !== undefined) return { level: 'ERROR', lines: failure };
  const entry = parseLogLine(line);
  if (!entry?.message) return { level: 'INFO', lines: [line.replaceAll('\t', ' ')] };
  const level = entry.level ?? 'INFO';
  if (level === 'DEBUG') return undefined;
  const lines = progressWords(entry.message, entry) ?? [`${level} ${entry.message}${details(entry)}`];
  return lines.length === 0 ? undefined : { level, lines };
}

/**
 * The runtime's report of a handler that threw: separated by tabs, the error last, its stack as a list of
 * lines.
 */
function describeFailure(line: string): string[] | undefined {
  const [, document] = line.split('\tERROR\tInvoke Error\t');
  const { errorType, errorMessage, trace } = (document && parseLogLine(document)) || {};
  if (typeof errorMessage !== 'string') return undefined;
  const frames = Array.isArray(trace) ? trace.filter((frame) => /^\s+at /.test(frame)) : [];
  return [`ERROR ${errorType}: ${errorMessage}`, ...frames];
}

function details(entry: LogLine): string {
  const { error, detail, key, model } = entry as { error?: { name?: string; message?: string } } & LogLine;
  const parts = [key ?? model, detail, error && `${error.name}: ${error.message}`].filter(
    (part) => part !== undefined,
  );
  return parts.length === 0 ? '' : `: ${parts.join(': ')}`;
}
