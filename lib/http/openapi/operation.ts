import type * as z from 'zod/mini';
import type { RouteKey } from '../routes.ts';

/** A schema that the document has under a name of its own. */
export type SchemaName = string;

/** What a route takes and answers, as one entry of the document. What every route shares (its token, its path, the gateway) is added. */
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

/** A header of an answer, described once in HEADERS. */
export type HeaderName = keyof typeof HEADERS;

/** A request that is sent as it stands here, and what came of it. */
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

export const HEADERS = {
  'X-Request-Id': {
    description:
      "The gateway's id of this request: also in the problem's `request_id` and in every line of the logs.",
    schema: { type: 'string' },
  },
  'Retry-After': {
    description: 'Seconds after which a further try makes sense.',
    schema: { type: 'string', pattern: '^\\d+$' },
  },
  'WWW-Authenticate': {
    description: 'What is wrong with the token, or which scope it lacks (RFC 6750).',
    schema: { type: 'string', pattern: '^Bearer ' },
  },
  Allow: {
    description: 'The methods that this path takes, separated by commas.',
    schema: { type: 'string' },
  },
  'X-Model-Stale': {
    description:
      'Present when the registry could not be asked in time: the answer is of the champion that was known last.',
    schema: { type: 'string', enum: ['true'] },
  },
} as const;
