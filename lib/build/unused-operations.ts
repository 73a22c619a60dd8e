import { readFile } from 'node:fs/promises';
import type { Metafile, OnLoadResult, PartialMessage, Plugin } from 'esbuild';

/** The file in which a client of the AWS SDK describes its operations. */
const DESCRIPTIONS = /[\\/](client-[\w-]+)[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/;
/** Any code of a client of the AWS SDK. */
const CLIENT_CODE = /@aws-sdk\/(client-[\w-]+)\/dist/;
/** A description: a variable whose only value is a list of constants. */
const DESCRIPTION = /^(export )?var ([\w$]+) = (\[.*\]|\[[\s\S]*?^\]);$/gm;

/**
 * Removes the AWS SDK's descriptions of operations that nobody calls. The descriptions contain computed
 * names, so esbuild keeps all of them; but they are lists of constants that only the operations that name
 * them read.
 *
 * It parses the SDK's text, which may look different after an update. So a build fails when it cannot find or
 * mark a client's descriptions: the functions would work, but start more slowly, and nobody would see why.
 * Needs the option `metafile`.
 */
export const UNUSED_OPERATIONS: Plugin = {
  name: 'unused-operations',
  setup({ onLoad, onStart, onEnd }) {
    const marked = new Set<string>();
    onStart(() => marked.clear());
    onLoad({ filter: DESCRIPTIONS }, async ({ path }) => {
      const result = markDescriptions(await readFile(path, 'utf8'), path);
      marked.add(DESCRIPTIONS.exec(path)![1]!);
      return result;
    });
    onEnd(({ metafile }) => ({ errors: unmarkedClients(metafile, marked) }));
  },
};

function markDescriptions(text: string, path: string): OnLoadResult {
  const contents = text.replaceAll(DESCRIPTION, '$1var $2 = /* @__PURE__ */ (() => $3)();');
  if (contents !== text) return { contents };
  return {
    errors: [{ text: `${path}: expected descriptions of operations, such as "var n0 = [...];", found none` }],
  };
}

/**
 * Clients whose code a bundle has, but whose descriptions were not seen. A failed build has no list of its
 * inputs.
 */
function unmarkedClients(metafile: Metafile | undefined, marked: ReadonlySet<string>): PartialMessage[] {
  const clients = Object.keys(metafile?.inputs ?? {}).flatMap((path) => CLIENT_CODE.exec(path)?.[1] ?? []);
  return [...new Set(clients)]
    .filter((client) => !marked.has(client))
    .map((client) => ({
      text: `@aws-sdk/${client}: expected a file dist-es/schemas/schemas_0.js among what is bundled, found none`,
    }));
}
