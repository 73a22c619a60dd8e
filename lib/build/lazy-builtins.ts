import { builtinModules } from 'node:module';
import type { OnLoadResult, OnResolveArgs, OnResolveResult, Plugin } from 'esbuild';

/**
 * Takes Node's own modules from `process.getBuiltinModule`. An `import` of one reads all its exports, and
 * `node:http` then loads an HTTP client, a WebSocket and more: a tenth of a cold start.
 */
export const LAZY_BUILTINS: Plugin = {
  name: 'lazy-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[a-z]/ }, resolveBuiltin);
    // CommonJS, so that a late import is read property by property too. Packages that are CommonJS take it by
    // `require`, which an ES module lacks.
    onLoad({ filter: /./, namespace: 'whole-builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}');`,
    }));
    onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => moduleOfGetters(path));
  },
};

function resolveBuiltin({ path, kind }: OnResolveArgs): OnResolveResult | undefined {
  const name = path.replace(/^node:/, '');
  if (!builtinModules.includes(name)) return undefined;
  const namespace = kind === 'import-statement' ? 'builtin' : 'whole-builtin';
  return { path: name, namespace, sideEffects: false };
}

/** Each export reads one property, and is removed from the bundle when nobody uses it. */
function moduleOfGetters(name: string): OnLoadResult {
  const properties = Object.keys(Object.getOwnPropertyDescriptors(process.getBuiltinModule(name)));
  const exported = properties
    .filter((property) => /^[a-z_]\w*$/i.test(property) && property !== 'default')
    .map(
      (property) =>
        `const _${property} = /* @__PURE__ */ (() => module.${property})(); export { _${property} as ${property} };`,
    );
  const module = `/* @__PURE__ */ process.getBuiltinModule('node:${name}')`;
  return { contents: `const module = ${module};\n${exported.join('\n')}\nexport default module;` };
}
