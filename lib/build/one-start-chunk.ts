import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Plugin } from 'esbuild';

/** The name by which a module that is imported late holds on to the handler. */
const HANDLER = 'the-handler-of-this-bundle';

/**
 * Keeps all code that a handler needs at its start in one chunk. The bundler makes a chunk for each set of
 * modules that the same late imports share with the handler, so every further late import would add files to
 * each cold start. Here each late import takes the handler along, which is loaded already: then they share
 * all of it. The import is bare, of a module without side effects, so nothing of it is left in the bundle.
 *
 * @param handler absolute path of the handler's source
 */
export function oneStartChunk(handler: string): Plugin {
  const late = new Set<string>();
  return {
    name: 'one-start-chunk',
    setup({ onLoad, onResolve, resolve }) {
      onResolve({ filter: new RegExp(`^${HANDLER}$`) }, () => ({ path: handler }));
      onResolve({ filter: /^\./ }, async ({ kind, path, importer, resolveDir }) => {
        if (kind !== 'dynamic-import') return undefined;
        // Asked as another kind, or this would ask itself.
        const found = await resolve(path, { kind: 'import-statement', importer, resolveDir });
        late.add(found.path);
        return found;
      });
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (!late.has(path)) return undefined;
        const contents = `${await readFile(path, 'utf8')}\nimport '${HANDLER}';\n`;
        return { contents, loader: 'ts', resolveDir: dirname(path) };
      });
    },
  };
}
