import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maskedLike, outputOf, outputPattern, runCommands } from '../helpers/document-commands.ts';
import { type Fence, markdownFiles, ROOT } from '../helpers/documents.ts';
import { type StartedSystem, startAsShown } from '../helpers/started-system.ts';

/** What commands may write to, or must not see: they leave nothing behind in the project. */
const NOT_LINKED = new Set(['.git', '.local', 'model', 'coverage']);

const files = markdownFiles();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'classifier-documents-'));
  for (const name of await readdir(ROOT)) {
    if (!NOT_LINKED.has(name)) await symlink(join(ROOT, name), join(folder, name));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Case {
  readonly title: string;
  readonly commands: string;
  readonly output: Fence | undefined;
}

function casesOf(mark: string): Case[] {
  return files.flatMap(({ path, fences }) =>
    fences.flatMap((fence, i) =>
      fence.mark === mark
        ? [{ title: `${path}:${fence.line}`, commands: fence.text, output: outputOf(fences, i) }]
        : [],
    ),
  );
}

/** The commands with this run's addresses, which the token command has to be told. */
function adapted(commands: string, { here }: StartedSystem): string {
  return here(commands.replaceAll(/ token -- \w+/g, '$& --endpoint http://127.0.0.1:9001'));
}

async function hold({ commands, output }: Case, system?: StartedSystem): Promise<void> {
  const printed = await runCommands(system ? adapted(commands, system) : commands, folder);
  if (output?.mark === 'json output') {
    const shown: unknown = JSON.parse(output.text);
    expect(maskedLike(shown, JSON.parse(printed))).toEqual(shown);
  } else if (output) expect(printed).toMatch(outputPattern(output.text));
}

describe('what documents have a reader paste into a shell', () => {
  it.each(casesOf('sh run'))('$title', (each) => hold(each));
});

describe('what documents have a reader paste beside npm start', () => {
  let system: StartedSystem;
  beforeAll(async () => {
    system = await startAsShown(folder, '--reset');
  });
  afterAll(() => system?.stop());

  it.each(casesOf('text output=start'))('$title, which it prints itself', ({ commands }) => {
    // Two models are trained at once: which is the first may differ.
    const lines = (text: string) => text.trim().split('\n').toSorted();
    expect(lines(system.printed)).toEqual(lines(commands));
  });

  it.each(casesOf('sh stack'))('$title', (each) => hold(each, system));
});

describe('what documents have a reader paste beside npm start -- --auth', () => {
  let system: StartedSystem;
  beforeAll(async () => {
    system = await startAsShown(folder, '--reset', '--auth');
  });
  afterAll(() => system?.stop());

  it.each(casesOf('sh auth'))('$title', (each) => hold(each, system));
});
