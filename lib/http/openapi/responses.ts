import * as z from 'zod/mini';
import type { Scope } from '../../routes.ts';
import { componentRef, type JsonSchema } from './json-schemas.ts';
import type { HeaderName, Operation, Problems } from './operation.ts';

/** The body of every error from a function: problem details, RFC 9457. */
export const problem = z.object({
  type: z.literal('about:blank'),
  title: z.string().check(z.describe("The status's name.")),
  status: z.int().check(z.minimum(400), z.maximum(599)),
  detail: z.string().check(z.describe('What is wrong, where, and what to do: for people.')),
  code: z
    .string()
    .check(z.regex(/^[a-z][a-z_]*$/), z.describe('What is wrong: for programs. A code is never renamed.')),
  request_id: z.string(),
  errors: z.optional(
    z
      .array(
        z.object({
          path: z
            .string()
            .check(z.describe('Where in the body or query, such as `instances[3].petal_width`.')),
          message: z.string(),
        }),
      )
      .check(
        z.minLength(1),
        z.maxLength(20),
        z.describe('The faults one by one, where there are several places to look at.'),
      ),
  ),
});

/** The body of an answer from the gateway itself, when no function answers. */
export const gatewayMessage = z.object({ message: z.string() });

/** Answers from the gateway itself, on every route. */
const GATEWAY_ANSWERS = {
  400: 'The request is no valid HTTP, or its path is no valid percent-encoding.',
  413: 'The request is too large for the gateway (10 MB) or for a function (6 MB).',
  429: 'Too many requests: wait, and send it again.',
  431: 'The request line and the headers are longer than 10,240 bytes.',
  500: 'A function failed. The fault is logged under the id in `Apigw-Requestid`.',
  503: 'No function was free, or it took longer than 30 seconds: send it again.',
} as const;

const BODY_PROBLEMS: Readonly<Record<number, Problems>> = {
  400: {
    when: 'The body is no JSON, ambiguous JSON, or not what this route takes.',
    codes: [
      'base64',
      'json',
      'json_depth',
      'json_duplicate',
      'json_name',
      'json_number',
      'json_surrogate',
      'invalid_request',
    ],
  },
  413: {
    when: 'The body is larger than the route takes: 1 MiB for predictions unless configured, 1.5 MiB for previews, 16 KiB for everything else.',
    codes: ['body_size'],
  },
  415: {
    when: 'The body is not declared as JSON in UTF-8, or is declared as compressed.',
    codes: ['media_type', 'content_encoding'],
  },
};

const INTERNAL: Readonly<Record<number, Problems>> = {
  500: {
    when: 'The server failed to answer. The fault is logged under the request id.',
    codes: ['internal'],
  },
};

function tokenProblems(scopes: readonly Scope[]): Readonly<Record<number, Problems>> {
  if (scopes.length === 0) return {};
  return {
    401: {
      when: 'The token is unknown, expired or revoked.',
      codes: ['unauthorized'],
      headers: ['www-authenticate'],
    },
    403: {
      when: `The token lacks the scope ${scopes.map((scope) => `\`${scope}\``).join(' or ')}, or is for other models.`,
      codes: ['forbidden'],
      headers: ['www-authenticate'],
    },
  };
}

/**
 * All error answers of a route by status: the function's problems and the gateway's own messages.
 */
export function errorResponses(operation: Operation, scopes: readonly Scope[]): Record<string, JsonSchema> {
  if (operation.worded) return wordedResponses(operation.worded, scopes);
  const sources = [
    operation.body === undefined ? {} : BODY_PROBLEMS,
    operation.query === undefined
      ? {}
      : { 400: { when: 'A query parameter is not as it should be.', codes: ['invalid_request'] } },
    tokenProblems(scopes),
    operation.problems ?? {},
    INTERNAL,
  ];
  const gateway: Readonly<Record<number, string>> = {
    ...GATEWAY_ANSWERS,
    ...(scopes.length === 0 ? {} : { 401: 'There is no `Authorization` header.' }),
  };
  const statuses = [...sources, gateway].flatMap((source) => Object.keys(source));
  return Object.fromEntries(
    [...new Set(statuses)].sort().map((status) => {
      const problems = sources.flatMap(
        (source) => (source as Readonly<Record<string, Problems>>)[status] ?? [],
      );
      return [status, errorResponse(Number(status), problems, gateway[Number(status)])];
    }),
  );
}

/** The errors of a protocol that others made: every status may be worded by it, or be the gateway's. */
function wordedResponses(
  { schema, statuses, headers = [] }: NonNullable<Operation['worded']>,
  scopes: readonly Scope[],
): Record<string, JsonSchema> {
  const gateway: Readonly<Record<number, string>> = {
    ...GATEWAY_ANSWERS,
    ...(scopes.length === 0 ? {} : { 401: 'There is no `Authorization` header.' }),
  };
  const own = new Set([...statuses, 500, ...(scopes.length === 0 ? [] : [401, 403])]);
  const all = new Set([...own, ...Object.keys(gateway).map(Number)]);
  return Object.fromEntries(
    [...all].sort().map((status) => {
      const said = gateway[status];
      const schemas = [
        ...(own.has(status) ? [{ $ref: componentRef(schema) }] : []),
        ...(said === undefined ? [] : [{ $ref: componentRef('GatewayMessage') }]),
      ];
      const response = {
        description: [
          ...(own.has(status) ? ['In the words of the protocol.'] : []),
          ...(said === undefined ? [] : [`From the gateway: ${said}`]),
        ].join(' '),
        ...(own.has(status) ? { headers: headerRefs(headers) } : {}),
        content: { 'application/json': { schema: schemas.length === 1 ? schemas[0]! : { anyOf: schemas } } },
      };
      return [status, response];
    }),
  );
}

function errorResponse(
  status: number,
  problems: readonly Problems[],
  gateway: string | undefined,
): JsonSchema {
  const said = [
    ...problems.map(({ when }) => when),
    ...(gateway === undefined ? [] : [`From the gateway: ${gateway}`]),
  ];
  return {
    description: said.join(' '),
    ...(problems.length === 0
      ? {}
      : { headers: headerRefs(problems.flatMap(({ headers = [] }) => headers)) }),
    content: {
      ...(problems.length === 0
        ? {}
        : { 'application/problem+json': { schema: problemSchema(status, problems) } }),
      ...(gateway === undefined
        ? {}
        : { 'application/json': { schema: { $ref: componentRef('GatewayMessage') } } }),
    },
  };
}

function problemSchema(status: number, problems: readonly Problems[]): JsonSchema {
  const codes = [...new Set(problems.flatMap((each) => each.codes))];
  const members = Object.entries(
    Object.assign({}, ...problems.map((each) => each.members ?? {})) as Record<string, string>,
  );
  return {
    allOf: [
      { $ref: componentRef('Problem') },
      {
        type: 'object',
        properties: {
          status: { const: status },
          code: { enum: codes },
          ...Object.fromEntries(members.map(([name, schema]) => [name, { $ref: componentRef(schema) }])),
        },
      },
    ],
  };
}

/** References to the headers of a function's answer. The gateway's own answers do not have these headers. */
export function headerRefs(names: readonly HeaderName[]): JsonSchema {
  const all = new Set<HeaderName>(['x-request-id', ...names]);
  return Object.fromEntries([...all].map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** Answers to a request that matches no route. */
export const UNROUTED_RESPONSES = {
  NotFound: errorResponse(404, [{ when: 'There is nothing at this path.', codes: ['not_found'] }], undefined),
  MethodNotAllowed: errorResponse(
    405,
    [
      {
        when: 'The path takes other methods only; `Allow` names them.',
        codes: ['method'],
        headers: ['allow'],
      },
    ],
    undefined,
  ),
};
