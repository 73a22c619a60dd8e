import { ConfigurationError } from '../../errors.ts';

/**
 * `<METHOD> <path>`, `ANY <path>` or `$default`. A path segment is literal, `{name}`, or `{name+}` at the
 * end.
 */
export interface RouteDefinition {
  readonly routeKey: string;
  readonly functionName: string;
  /** Whether the API's authorizer is called first. */
  readonly isAuthorized?: boolean;
}

/** A route, and the values of its variables, percent-encoded as sent. */
export interface RouteMatch {
  readonly route: RouteDefinition;
  readonly variables: Readonly<Record<string, string>> | undefined;
}

type Segment = { readonly kind: 'literal' | 'variable' | 'greedy'; readonly text: string };

interface ParsedRoute extends RouteDefinition {
  readonly method: string;
  readonly segments: readonly Segment[];
}

const ROUTE_KEY = /^(ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT) (\/\S*)$/u;
const VARIABLE = /^\{([\w.-]+)(\+)?\}$/u;
const RANK = { literal: 0, variable: 1, greedy: 2 } as const;

/**
 * Chooses routes as an HTTP API does: a full match before a greedy match before `$default`. Among several
 * matches, the route that is more specific at the first differing segment comes first, and an exact method
 * before ANY. A path that matches only with another method continues with less specific routes: the gateway
 * itself never answers 405.
 * Source:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation
 */
export class Router {
  readonly #exact = new Map<string, RouteMatch>();
  readonly #ordered: readonly ParsedRoute[];
  readonly #fallback: RouteMatch | undefined;

  /** @throws ConfigurationError naming every invalid or repeated route key */
  constructor(routes: readonly RouteDefinition[]) {
    checkRoutes(routes);
    const fallback = routes.find(({ routeKey }) => routeKey === '$default');
    this.#fallback = fallback && { route: fallback, variables: undefined };
    this.#ordered = routes
      .filter((route) => route !== fallback)
      .map(parseRoute)
      .sort(bySpecificity);
    for (const route of this.#ordered) this.#indexExact(route);
  }

  /** The route for a method and a percent-encoded path, or undefined. */
  match(method: string, path: string): RouteMatch | undefined {
    return this.#exact.get(`${method} ${path}`) ?? this.#search(method, path) ?? this.#fallback;
  }

  #search(method: string, path: string): RouteMatch | undefined {
    const parts = path.slice(1).split('/');
    for (const route of this.#ordered) {
      if (route.method !== 'ANY' && route.method !== method) continue;
      const variables = matchSegments(route.segments, parts);
      if (variables !== undefined) return { route, variables };
    }
    return undefined;
  }

  /** A literal path with its own method is the most specific route: one look-up serves the common case. */
  #indexExact(route: ParsedRoute): void {
    if (route.method === 'ANY' || route.segments.some(({ kind }) => kind !== 'literal')) return;
    this.#exact.set(route.routeKey, { route, variables: undefined });
  }
}

function matchSegments(
  segments: readonly Segment[],
  parts: readonly string[],
): Record<string, string> | undefined {
  const greedy = segments.at(-1)?.kind === 'greedy';
  if (greedy ? parts.length < segments.length : parts.length !== segments.length) return undefined;
  const variables: [string, string][] = [];
  for (const [index, { kind, text }] of segments.entries()) {
    const part = kind === 'greedy' ? parts.slice(index).join('/') : (parts[index] ?? '');
    if (kind === 'literal' ? part !== text : part === '') return undefined;
    if (kind !== 'literal') variables.push([text, part]);
  }
  return Object.fromEntries(variables);
}

function parseRoute(route: RouteDefinition): ParsedRoute {
  const [, method = '', path = ''] = ROUTE_KEY.exec(route.routeKey) ?? [];
  return { ...route, method, segments: path.slice(1).split('/').map(parseSegment) };
}

function parseSegment(text: string): Segment {
  const [, name, greedy] = VARIABLE.exec(text) ?? [];
  if (name === undefined) return { kind: 'literal', text };
  return { kind: greedy === undefined ? 'variable' : 'greedy', text: name };
}

function bySpecificity(a: ParsedRoute, b: ParsedRoute): number {
  const length = Math.max(a.segments.length, b.segments.length);
  for (let index = 0; index < length; index++) {
    const difference = rankAt(a, index) - rankAt(b, index);
    if (difference !== 0) return difference;
  }
  return Number(a.method === 'ANY') - Number(b.method === 'ANY');
}

/** Two routes of different lengths compete only when one is greedy. Then the longer prefix comes first. */
function rankAt({ segments }: ParsedRoute, index: number): number {
  const segment = segments[index];
  return segment === undefined ? RANK.greedy + 1 : RANK[segment.kind];
}

function checkRoutes(routes: readonly RouteDefinition[]): void {
  const faults = routes.flatMap(({ routeKey }, index) => [
    ...routeFaults(routeKey),
    ...(routes.findIndex((route) => route.routeKey === routeKey) === index
      ? []
      : [`route ${JSON.stringify(routeKey)}: defined twice; route keys must differ`]),
  ]);
  if (faults.length > 0) throw new ConfigurationError(faults);
}

function routeFaults(routeKey: string): string[] {
  if (routeKey === '$default') return [];
  const [, , path] = ROUTE_KEY.exec(routeKey) ?? [];
  if (path === undefined) {
    return [`route ${JSON.stringify(routeKey)}: expected "<METHOD> /path", "ANY /path" or "$default"`];
  }
  const segments = path.slice(1).split('/').map(parseSegment);
  const misplaced = segments.slice(0, -1).filter(({ kind }) => kind === 'greedy');
  const malformed = segments.filter(({ kind, text }) => kind === 'literal' && /[{}]/u.test(text));
  return [
    ...misplaced.map(({ text }) => `route ${JSON.stringify(routeKey)}: {${text}+} must be the last segment`),
    ...malformed.map(
      ({ text }) =>
        `route ${JSON.stringify(routeKey)}: expected {name} or {name+} as a whole segment, got ${text}`,
    ),
  ];
}
