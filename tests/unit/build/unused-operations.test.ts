import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UNUSED_OPERATIONS } from '../../../lib/build/unused-operations.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'classifier-build-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const CLIENT = 'node_modules/@aws-sdk/client-thing/dist-es';
/** As the SDK writes them: a name that is computed keeps a list in the bundle, whoever reads it. */
const DESCRIPTIONS = `const name = () => "key";
export var Used$ = [9, "Used", { [name()]: 1 }];
export var Unused$ = [9, "Unused",
    { [name()]: 2 },
];
`;

/** Bundles a program that uses one operation of a client, whose files are these. */
async function bundled(files: Readonly<Record<string, string>>): Promise<string> {
  const written = {
    'main.js': `import { Used$ } from '@aws-sdk/client-thing'; console.log(Used$);`,
    ...files,
  };
  for (const [path, text] of Object.entries(written)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const { outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: ['main.js'],
    bundle: true,
    format: 'esm',
    metafile: true,
    write: false,
    logLevel: 'silent',
    plugins: [UNUSED_OPERATIONS],
  });
  return outputFiles[0]!.text;
}

const client = (index: string) => ({
  'node_modules/@aws-sdk/client-thing/package.json': '{"main":"dist-es/index.js"}',
  [`${CLIENT}/index.js`]: index,
});

describe("a client's descriptions of its operations", () => {
  it('are in the bundle only where somebody uses them', async () => {
    const text = await bundled({
      ...client(`export * from './schemas/schemas_0.js';`),
      [`${CLIENT}/schemas/schemas_0.js`]: DESCRIPTIONS,
    });
    expect(text).toContain('"Used"');
    expect(text).not.toContain('"Unused"');
  });

  it('fail the build where they are written in another way', async () => {
    const built = bundled({
      ...client(`export * from './schemas/schemas_0.js';`),
      [`${CLIENT}/schemas/schemas_0.js`]: DESCRIPTIONS.replaceAll('export var', 'export const'),
    });
    await expect(built).rejects.toThrow(/schemas_0\.js: expected descriptions of operations/);
  });

  it('fail the build where they lie in another file', async () => {
    const built = bundled({
      ...client(`export * from './schemas/operations.js';`),
      [`${CLIENT}/schemas/operations.js`]: DESCRIPTIONS,
    });
    await expect(built).rejects.toThrow(
      '@aws-sdk/client-thing: expected a file dist-es/schemas/schemas_0.js among what is bundled, found none',
    );
  });

  it('are not asked for in a bundle without a client', async () => {
    expect(await bundled({ 'main.js': 'console.log(1);' })).toContain('console.log(1)');
  });
});
