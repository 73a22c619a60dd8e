import { readFile } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import type { Loader, Plugin } from 'esbuild';

/** The names by which a module that is imported late holds on to what is loaded before it. */
const LOADED = 'loaded-before-';

/**
 * Keeps all code that a handler needs at its start in one chunk, and all that its first answer needs in
 * another. The bundler makes a chunk for each set of modules that the same late imports share, so every
 * further late import would add files to each cold start. Here each late import takes along what is loaded
 * already: then they share all of it. That import is bare, of a module without side effects, so nothing of it
 * is left in the bundle.
 *
 * @param loaded absolute paths of sources in the order in which they are loaded: the handler, then what it
 *   imports late before it answers anything
 */
export function oneStartChunk(loaded: readonly string[]): Plugin {
  const late = new Set<string>();
  return {
    name: 'one-start-chunk',
    setup({ onLoad, onResolve, resolve }) {
      onResolve({ filter: new RegExp(`^${LOADED}\\d+$`) }, ({ path }) => ({
        path: loaded[Number(path.slice(LOADED.length))]!,
      }));
      onResolve({ filter: /^[^/]/ }, async ({ kind, path, importer, resolveDir }) => {
        if (kind !== 'dynamic-import') return undefined;
        // Asked as another kind, or this would ask itself.
        const found = await resolve(path, { kind: 'import-statement', importer, resolveDir });
        late.add(found.path);
        return found;
      });
      onLoad({ filter: /\.[jt]s$/ }, async ({ path }) => {
        if (!late.has(path)) return undefined;
        const before = loaded.includes(path) ? loaded.slice(0, loaded.indexOf(path)) : loaded;
        const imports = before.map((_, i) => `import '${LOADED}${i}';\n`).join('');
        return {
          contents: `${await readFile(path, 'utf8')}\n${imports}`,
          loader: extname(path).slice(1) as Loader,
          resolveDir: dirname(path),
        };
      });
    },
  };
}
