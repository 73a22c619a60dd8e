import type * as z from 'zod/mini';
import type { RouteKey } from '../../routes.ts';
import { LINEAGE_HEADERS, PREDICTION_ID_HEADERS, REMARK_HEADERS } from '../schemas/predict-api.ts';

/** The name of a schema in `components.schemas`. */
export type SchemaName = string;

/**
 * A route's requests and answers, as one entry of the document. The document adds what all routes share: the
 * token, the path, and the gateway's answers.
 */
export interface Operation {
  readonly route: RouteKey;
  /** The path as the document has it, where a variable is not a whole segment, as the route's must be. */
  readonly path?: string;
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  /** Markdown. */
  readonly description: string;
  /** The query parameters, as the route's handler reads them. */
  readonly query?: z.ZodMiniObject;
  /** The JSON body. */
  readonly body?: SchemaName;
  /** The same in other media types. */
  readonly bodies?: Readonly<Record<string, TextSchema>>;
  readonly answer: Answer;
  readonly problems?: Readonly<Record<number, Problems>>;
  /** Errors in the words of another protocol, in place of problem details. */
  readonly worded?: WordedErrors;
  /** A test executes each of them. */
  readonly examples: readonly Example[];
}

/** The errors of a protocol that others made: one form, and the statuses beside those of every route. */
interface WordedErrors {
  readonly schema: SchemaName;
  readonly statuses: readonly number[];
  readonly headers?: readonly HeaderName[];
}

/** The answer to a valid request. */
export interface Answer {
  /** By default 200. */
  readonly status?: number;
  readonly description: string;
  readonly mediaType: string;
  readonly schema: SchemaName | TextSchema;
  /** The same in other media types, by the request's `Accept`. */
  readonly others?: Readonly<Record<string, TextSchema>>;
  readonly headers?: readonly HeaderName[];
  /** When the answer is a 307 to a signed address instead. */
  readonly redirectsWhen?: string;
}

interface TextSchema {
  readonly type: 'string';
  readonly description: string;
}

/** The meaning of one error status on a route. */
export interface Problems {
  readonly when: string;
  /** The values of `code`. */
  readonly codes: readonly string[];
  /** Additional members of the problem. */
  readonly members?: Readonly<Record<string, SchemaName>>;
  readonly headers?: readonly HeaderName[];
}

/** A response header. Names are in lower case, as in HTTP/2. */
export type HeaderName = keyof typeof HEADERS | keyof typeof LINEAGE_HEADERS | keyof typeof REMARK_HEADERS;

/**
 * A recorded request and its answer. The examples are in examples/ and were recorded after `npm start` had
 * uploaded data/raw. A test sends them in order.
 */
export interface Example {
  /** Unique within the operation. */
  readonly name: string;
  readonly summary: string;
  /** Includes the query. */
  readonly path: string;
  readonly body?: unknown;
  /** Of the body and of the answer, where it is not JSON: then both are texts. */
  readonly mediaType?: string;
  readonly status: number;
  /** The body of the answer; absent when it is neither JSON nor of the `mediaType`. */
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
  location: {
    description: 'An address that needs no token and holds for a few minutes.',
    schema: { type: 'string' },
  },
  vary: {
    description: 'The request headers by which the answer was chosen.',
    schema: { type: 'string' },
  },
  etag: {
    description:
      'Names this content: send it as `If-None-Match`, and as long as nothing changed the answer is a 304 without a body.',
    schema: { type: 'string', pattern: '^"[0-9a-f]{32}"$' },
  },
  'x-amzn-errortype': {
    description: "The error's type, for clients of AWS.",
    schema: { type: 'string' },
  },
  'x-amzn-invoked-production-variant': {
    description: 'The version that answered, such as v3.',
    schema: { type: 'string', pattern: '^v[1-9]\\d*$' },
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
      'Present when the registry did not confirm the version within MODEL_REFRESH_SECONDS: another may be champion by now, or the one asked for be retired.',
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
