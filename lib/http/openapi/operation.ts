import type * as z from 'zod/mini';
import type { RouteKey } from '../../routes.ts';
import { LINEAGE_HEADERS, PREDICTION_ID_HEADERS, REMARK_HEADERS } from '../schemas/predict-api.ts';

/** A schema that the document has under a name of its own. */
export type SchemaName = string;

/**
 * What a route takes and answers, as one entry of the document. What every route shares (its token, its path,
 * the gateway) is added.
 */
export interface Operation {
  readonly route: RouteKey;
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  /** Markdown. */
  readonly description: string;
  /** The query parameters, as the route's handler reads them. */
  readonly query?: z.ZodMiniObject;
  /** The JSON body. */
  readonly body?: SchemaName;
  readonly answer: Answer;
  readonly problems?: Readonly<Record<number, Problems>>;
  /** Each is executed by a test. */
  readonly examples: readonly Example[];
}

/** The answer to a request that is as it should be: 200. */
export interface Answer {
  readonly description: string;
  readonly mediaType: string;
  readonly schema: SchemaName | { readonly type: 'string'; readonly description: string };
  readonly headers?: readonly HeaderName[];
}

/** What one error status means on a route. */
export interface Problems {
  readonly when: string;
  /** The values of `code`. */
  readonly codes: readonly string[];
  /** Further members that the problem has. */
  readonly members?: Readonly<Record<string, SchemaName>>;
  readonly headers?: readonly HeaderName[];
}

/** A header of an answer, described once. Names are in the lower case of HTTP/2. */
export type HeaderName = keyof typeof HEADERS | keyof typeof LINEAGE_HEADERS | keyof typeof REMARK_HEADERS;

/**
 * A request that is sent as it stands, and what came of it. They lie in examples/, recorded where `npm start`
 * has uploaded data/raw; a test sends them in their order.
 */
export interface Example {
  /** Unique within the operation. */
  readonly name: string;
  readonly summary: string;
  /** With its query. */
  readonly path: string;
  readonly body?: unknown;
  readonly status: number;
  /** The body of the answer; left out where it is no JSON. */
  readonly answer?: unknown;
}

const HEADERS = {
  'x-request-id': {
    description:
      "The gateway's id of this request: also the problem's `request_id`, and in every line of the logs.",
    schema: { type: 'string' },
  },
  'retry-after': {
    description: 'Seconds after which a further try makes sense.',
    schema: { type: 'string', pattern: '^\\d+$' },
  },
  'www-authenticate': {
    description: 'What is wrong with the token, or which scope it lacks (RFC 6750).',
    schema: { type: 'string', pattern: '^Bearer ' },
  },
  allow: {
    description: 'The methods that this path takes, separated by commas.',
    schema: { type: 'string' },
  },
  'x-prediction-id': {
    description: PREDICTION_ID_HEADERS['x-prediction-id'],
    schema: { type: 'string', pattern: '^[0-9a-f]{32}(-unlogged)?$' },
  },
  'x-model-stale': {
    description:
      'Present when the registry did not confirm the version within MODEL_REFRESH_SECONDS: another may be champion by now.',
    schema: { type: 'string', enum: ['true'] },
  },
} as const;

/** `components.headers` of the document. */
export const HEADER_COMPONENTS = {
  ...HEADERS,
  ...Object.fromEntries(
    Object.entries({ ...LINEAGE_HEADERS, ...REMARK_HEADERS }).map(([name, description]) => [
      name,
      { description, schema: { type: 'string' } },
    ]),
  ),
};
