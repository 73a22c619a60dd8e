import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outputOf, outputPattern } from '../helpers/document-commands.ts';
import { markdownFiles } from '../helpers/documents.ts';
import { startSeededStack } from '../helpers/seeded-stack.ts';
import type { TestStack } from '../helpers/stack.ts';
import { awsCli, printedBy, pythonWith, rWith, type Tool, titleOf } from './tools.ts';

let stack: TestStack;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'classifier-clients-'));
  stack = await startSeededStack();
});
afterAll(async () => {
  await stack?.dispose();
  await rm(folder, { recursive: true, force: true });
});

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** How a block of a document is run: by its tool, from a file. */
const LANGUAGES: Readonly<Record<string, { readonly tool: Tool; readonly ending: string }>> = {
  'python client': { tool: pythonWith('requests'), ending: 'py' },
  'js client': { tool: { what: 'Node', program: process.execPath }, ending: 'mjs' },
  'r client': { tool: rWith('httr2'), ending: 'R' },
  'sh client': { tool: { ...awsCli(), program: awsCli().program && 'bash' }, ending: 'sh' },
};

const blocks = markdownFiles().flatMap(({ path, fences }) =>
  fences.flatMap((fence, i) => {
    const language = LANGUAGES[fence.mark];
    return language ? [{ ...language, path, fence, output: outputOf(fences, i)! }] : [];
  }),
);

describe('what documents have a reader write', () => {
  it('is there in each language', () => {
    const marks = new Set(blocks.map(({ fence }) => fence.mark));
    expect([...marks].sort()).toEqual(Object.keys(LANGUAGES).sort());
  });

  for (const { tool, ending, path, fence, output } of blocks) {
    it.skipIf(tool.program === undefined)(titleOf(`${path}:${fence.line}, ${fence.mark}`, tool), async () => {
      const file = join(folder, `block-${fence.line}.${ending}`);
      await writeFile(file, fence.text.replaceAll('http://localhost:8000', stack.urls.http));
      const printed = await printedBy(tool.program!, [file], { cwd: folder });
      expect(printed).toMatch(outputPattern(output.text));
    });
  }
});

/** Runs a script of this folder, which prints JSON. */
const answersOf = async (tool: Tool, script: string) =>
  JSON.parse(
    await printedBy(tool.program!, [here(script)], { cwd: folder, env: { ENDPOINT: stack.urls.http } }),
  );

describe('clients of Python', () => {
  const boto3 = pythonWith('boto3');
  it.skipIf(boto3.program === undefined)(
    titleOf('boto3 asks an endpoint, and knows its errors', boto3),
    async () => {
      const answers = await answersOf(boto3, 'boto3_client.py');
      expect(answers).toEqual({
        json: { body: '{"predictions":["setosa"]}', type: 'application/json', variant: 'v1' },
        csv: {
          body: expect.stringMatching(/^setosa,0\.\d+\n$/),
          type: 'text/csv; charset=utf-8; header=absent',
          variant: 'v1',
        },
        variant: { body: '{"predictions":["setosa"]}', type: 'application/json', variant: 'v1' },
        bad_row: { name: 'ModelError', status: 400 },
        no_endpoint: { name: 'ValidationError', message: expect.stringContaining('unicorns') },
        no_variant: { name: 'ValidationError', message: expect.stringContaining('v99') },
      });
    },
  );

  const pandas = pythonWith('pandas', 'requests');
  it.skipIf(pandas.program === undefined)(
    titleOf('pandas sends a data frame in all its forms', pandas),
    async () => {
      const { joined_columns: columns, ...answers } = await answersOf(pandas, 'pandas_client.py');
      const forms = ['split', 'records', 'columns', 'values', 'older', 'csv', 'joined'];
      expect(answers).toEqual(Object.fromEntries(forms.map((form) => [form, ['setosa', 'virginica']])));
      expect(columns.slice(-2)).toEqual(['prediction', 'confidence']);
    },
  );
});

describe("MLflow's client", () => {
  const mlflow = pythonWith('mlflow.pyfunc.scoring_server.client', 'pandas', 'requests');
  it.skipIf(mlflow.program === undefined)(
    titleOf('sends all that it can hold, gaps included', mlflow),
    async () => {
      const {
        one_row_without_its_list: refusal,
        version,
        ...answers
      } = await answersOf(mlflow, 'mlflow_client.py');
      const both = { predictions: ['setosa', 'virginica'] };
      const gap = { predictions: ['setosa', expect.stringMatching(/^v/)] };
      expect(answers).toEqual({
        frame: both,
        as_frame: both.predictions,
        part_of_a_frame: { predictions: ['virginica'] },
        array: both,
        array_of_float32: both,
        records: both,
        params: both,
        gap,
        gap_in_an_array: gap,
        example_of_a_frame: both.predictions,
        example_of_columns: both.predictions,
        texts_and_gaps: ['Gentoo', 'Adelie'],
      });
      expect(version).not.toBe('');
      expect(refusal).toMatch(/error code 400.*inputs\[0\]: expected/);
    },
  );
});

/** What is installed into a folder of its own: the project needs none of it. */
const PACKAGES = [
  '@aws-sdk/client-sagemaker-runtime@3.1164.0',
  'openapi-fetch@0.17.0',
  'openapi-typescript@7.13.0',
  'typescript@5.9.3',
];

const STRICT = {
  compilerOptions: {
    strict: true,
    noEmit: true,
    module: 'nodenext',
    target: 'es2022',
    types: [],
    allowImportingTsExtensions: true,
  },
  files: ['generated.mts'],
};

describe('clients of JavaScript', () => {
  let isInstalled = false;
  beforeAll(async () => {
    await writeFile(join(folder, 'package.json'), '{"type":"module","private":true}');
    try {
      await printedBy('npm', ['install', '--no-audit', '--no-fund', ...PACKAGES], { cwd: folder });
      isInstalled = true;
    } catch (error) {
      process.stdout.write(`${PACKAGES.join(', ')} cannot be installed here: NOT RUN. ${String(error)}\n`);
    }
  });

  it('a generated one compiles and predicts', async ({ skip }) => {
    if (!isInstalled) skip();
    const document = await (await fetch(`${stack.urls.http}/openapi.json`)).text();
    await writeFile(join(folder, 'openapi.json'), document);
    const bin = (name: string) => join(folder, 'node_modules', '.bin', name);
    await printedBy(bin('openapi-typescript'), ['openapi.json', '-o', 'api.d.ts'], { cwd: folder });
    await writeFile(join(folder, 'generated.mts'), await readFile(here('generated-client.txt'), 'utf8'));
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(STRICT));
    await printedBy(bin('tsc'), [], { cwd: folder });
    const env = { ENDPOINT: stack.urls.http };
    const printed = await printedBy(process.execPath, ['--no-warnings', 'generated.mts'], {
      cwd: folder,
      env,
    });
    expect(JSON.parse(printed)).toEqual({
      single: 'setosa',
      batch: ['setosa', 'virginica'],
      kserve: ['setosa'],
      refused: 'invalid_request',
    });
  });

  it("the AWS SDK's asks an endpoint, and knows its errors", async ({ skip }) => {
    if (!isInstalled) skip();
    await writeFile(join(folder, 'sagemaker.mjs'), await readFile(here('sagemaker-client.txt'), 'utf8'));
    const env = { ENDPOINT: stack.urls.http };
    const printed = await printedBy(process.execPath, ['sagemaker.mjs'], { cwd: folder, env });
    expect(JSON.parse(printed)).toEqual({
      body: '{"predictions":["setosa"]}',
      variant: 'v1',
      badRow: { name: 'ModelError', status: 400 },
      noEndpoint: 'ValidationError',
    });
  });
});
