import { pathToFileURL } from 'node:url';
import type { Context } from 'aws-lambda';
import { EXIT, runCommand } from '../../cli/run-command.ts';
import { readConfiguration } from '../../config.ts';
import { standardError } from '../../terminal.ts';
import { trainingLimitSettings } from '../../training-limit-settings.ts';
import { containerContext } from '../container-context.ts';

/** How a training ended, as the train function says it. */
interface Outcome {
  readonly kind: 'promoted' | 'kept' | 'done_before' | 'failed' | 'in_progress' | 'handed_over';
  readonly detail?: string;
}

type Handler = (event: unknown, context: Context) => Promise<{ readonly outcomes: readonly Outcome[] }>;

/** Calls the handler once, for main.ts: `node train-process.mjs <handler.mjs> <event>`. */
async function run([file, event]: readonly string[]): Promise<number> {
  const { handler } = (await import(pathToFileURL(file!).href)) as { readonly handler: Handler };
  const { TRAINING_SECONDS: seconds } = readConfiguration(trainingLimitSettings, process.env);
  const { outcomes } = await handler(JSON.parse(event!), containerContext('train', seconds * 1000));
  return Math.max(EXIT.ok, ...outcomes.map(codeOf));
}

function codeOf({ kind, detail }: Outcome): number {
  if (kind === 'promoted' || kind === 'kept' || kind === 'done_before') return EXIT.ok;
  standardError.line(`the training failed: ${detail ?? NOT_BEGUN[kind]}`);
  return EXIT.invalidData;
}

const NOT_BEGUN = {
  failed: 'it was begun as often as may be, and is not begun again',
  in_progress: 'it was begun as often as may be, and the last of them may still be in progress',
  handed_over: 'TRAIN_STATE_MACHINE is set, and this is what it starts',
} as const;

process.exitCode = await runCommand({ usage: '', parse: (args) => args, run }, process.argv.slice(2));
