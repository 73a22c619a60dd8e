import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as z from 'zod/mini';
import { type Command, EXIT, runCommand } from '../../cli/run-command.ts';
import { readConfiguration } from '../../config.ts';
import { createdObjects } from '../../storage/object-events.ts';
import { standardError } from '../../terminal.ts';
import { trainingLimitSettings } from '../../training-limit-settings.ts';
import { heapOption } from '../heap-option.ts';

/**
 * The command of the container that trains beyond the function: the train function's handler, called once. A
 * training does not let its own process answer signals or clocks, so it runs in a second one.
 */
const USAGE = `Usage: node train.mjs <handler.mjs> [--acknowledge] <event>

Trains once. <event> is S3's notification of a manifest.json, as JSON. Reads the settings of the train
function; TRAINING_SECONDS and TRAINING_MEMORY_MB are the limits of this process.

  --acknowledge  0 instead of 3, for what would only run it again

Exit code 0: the registry has the model; 1: it failed and can be run again; 2: wrong usage;
3: no model, and no other run would make one: the registry says why; 143: stopped by SIGTERM.
`;

const PROCESS = fileURLToPath(new URL('./train-process.mjs', import.meta.url));
/** As a shell tells of a signal: 128 and its number. */
const STOPPED = { SIGTERM: 143, SIGINT: 130 } as const;

interface Options {
  readonly handler: string;
  readonly event: string;
  readonly acknowledges: boolean;
}

function parse(args: readonly string[]): Options | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { acknowledge: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  });
  if (values.help) return undefined;
  const [handler, event, ...others] = positionals;
  if (handler === undefined || event === undefined || others.length > 0)
    throw new TypeError(`expected <handler.mjs> and <event>, got ${positionals.length} arguments`);
  checkEvent(event);
  return { handler: resolve(handler), event, acknowledges: values.acknowledge };
}

function checkEvent(event: string): void {
  const parsed = z.safeParse(z.string().check(z.refine(isJson, 'expected JSON')), event);
  if (!parsed.success) throw new TypeError(`<event>: ${z.prettifyError(parsed.error)}`);
  if (createdObjects(JSON.parse(event)).length === 0)
    throw new TypeError('<event>: expected a created object, got none');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function run({ handler, event, acknowledges }: Options): Promise<number> {
  const limits = readConfiguration(trainingLimitSettings, process.env);
  const child = spawn(process.execPath, [heapOption(limits.TRAINING_MEMORY_MB), PROCESS, handler, event], {
    stdio: 'inherit',
  });
  const code = await endOf(child, limits.TRAINING_SECONDS);
  return acknowledges && code === EXIT.invalidData ? EXIT.ok : code;
}

/** How a process ended that was not ended by itself. */
interface Ending {
  readonly why: string;
  readonly code: number;
}

/** Waits for the process, or ends it: when its time is over, and when this process is told to stop. */
function endOf(child: ChildProcess, limitSeconds: number): Promise<number> {
  return new Promise((end, reject) => {
    let ending: Ending | undefined;
    const kill = (why: string, code: number) => {
      ending ??= { why, code };
      child.kill('SIGKILL');
    };
    const timer = setTimeout(
      () => kill(`the training took longer than ${limitSeconds} s, and was ended`, EXIT.failure),
      limitSeconds * 1000,
    );
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => kill(`stopped by ${signal}; it can be run again`, STOPPED[signal]));
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      if (code !== null) return end(code);
      const why = `the training was ended by ${signal}: it had too little memory, or was killed`;
      ending ??= { why, code: EXIT.failure };
      standardError.line(ending.why);
      end(ending.code);
    });
  });
}

process.exitCode = await runCommand(
  { usage: USAGE, parse, run } satisfies Command<Options>,
  process.argv.slice(2),
);
