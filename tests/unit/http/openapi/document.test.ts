import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { lintFromString, loadConfig } from '@redocly/openapi-core';
import { describe, expect, it } from 'vitest';
import { API_OPERATIONS, API_VERSION, openApiDocument } from '../../../../lib/http/openapi/document.ts';
import { API_ROUTES, scopesOf } from '../../../../lib/routes.ts';

const ROOT = new URL('../../../../', import.meta.url);

interface Operation {
  readonly security: unknown;
  readonly requestBody?: unknown;
  readonly responses: Readonly<
    Record<string, { readonly headers?: unknown; readonly content?: Readonly<Record<string, unknown>> }>
  >;
}
/** The method and the path that the document has for a route. */
const documented = ({ routeKey }: { readonly routeKey: string }) => {
  const { path } = API_OPERATIONS.find(({ route }) => route === routeKey)!;
  return path === undefined ? routeKey : `${routeKey.split(' ')[0]} ${path}`;
};

const { paths } = openApiDocument() as { paths: Record<string, Record<string, Operation>> };
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    route: `${method.toUpperCase()} ${path}`,
    operation,
  })),
);

const lint = async (document: unknown) => {
  const config = await loadConfig({ configPath: fileURLToPath(new URL('redocly.yaml', ROOT)) });
  const problems = await lintFromString({
    source: JSON.stringify(document),
    absoluteRef: 'openapi.json',
    config,
  });
  return problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} at ${location[0]?.pointer}`);
};

describe('the OpenAPI document', () => {
  it('passes the linter', async () => {
    expect(await lint(openApiDocument())).toEqual([]);
  });

  it('would not pass it with a broken reference, an example of another shape or without a description', async () => {
    const broken = JSON.stringify(openApiDocument())
      .replace('"features":[5.1,3.5,1.4,0.2]', '"features":1')
      .replaceAll('schemas/Health"', 'schemas/None"')
      .replace(/"description":"A page that shows[^"]*",/, '');
    const rules = (await lint(JSON.parse(broken))).map((problem) => problem.split(':')[0]);
    expect(new Set(rules)).toEqual(
      new Set(['no-invalid-media-type-examples', 'no-unresolved-refs', 'operation-description']),
    );
  });

  it('has an operation for every route, and none besides', () => {
    expect(API_OPERATIONS.map(({ route }) => route).sort()).toEqual(
      API_ROUTES.map(({ routeKey }) => routeKey).sort(),
    );
    expect(operations.map(({ route }) => route).sort()).toEqual(API_ROUTES.map(documented).sort());
    expect(API_OPERATIONS).toHaveLength(API_ROUTES.length);
  });

  it('has paths in kebab-case', () => {
    const odd = API_ROUTES.filter(
      ({ routeKey }) => !/^[A-Z]+ (\/|(\/([a-z0-9.-]+|\{[a-z]+\}))+)$/.test(routeKey),
    );
    expect(odd).toEqual([]);
  });

  it.each(API_ROUTES)('asks for a scope of $routeKey', (route) => {
    const { routeKey } = route;
    const scopes = scopesOf(route);
    const { operation } = operations.find(({ route }) => route === documented({ routeKey }))!;
    expect(operation.security).toEqual(scopes.map((scope) => ({ bearer: [scope] })));
    // What the gateway answers by itself has no header of a function.
    const own = Object.entries(operation.responses).filter(([, { headers }]) => headers !== undefined);
    const tokenStatuses = own
      .map(([status]) => status)
      .filter((status) => status === '401' || status === '403');
    // The open /health is asked for a token when it is asked for another model than the default one.
    const open = routeKey === 'GET /health' ? ['401'] : [];
    expect(tokenStatuses).toEqual(scopes.length === 0 ? open : ['401', '403']);
  });

  it.each(operations)('says what a valid request of $route gets', ({ operation }) => {
    expect(Object.keys(operation.responses).some((status) => Number(status) < 400)).toBe(true);
  });

  it("is of the package's version", () => {
    const { version } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
      version: string;
    };
    expect(API_VERSION).toBe(version);
  });
});
