import * as z from 'zod/mini';
import { API_ROUTES, type ApiRoute, type Scope, scopesOf } from '../../routes.ts';
import { aliasName } from '../schemas/alias-name.ts';
import { BATCHES_OPERATIONS, BATCHES_SCHEMAS } from './batches-operations.ts';
import { componentRef, componentSchemas, inlineSchema, type JsonSchema } from './json-schemas.ts';
import { MODELS_OPERATIONS, MODELS_SCHEMAS } from './models-operations.ts';
import { type Answer, type Example, HEADER_COMPONENTS, type Operation } from './operation.ts';
import { PREDICT_OPERATIONS, PREDICT_SCHEMAS } from './predict-operations.ts';
import { PROTOCOL_OPERATIONS, PROTOCOL_SCHEMAS } from './protocol-operations.ts';
import { REFERENCE_OPERATIONS, REFERENCE_SCHEMAS } from './reference-operations.ts';
import { errorResponses, gatewayMessage, headerRefs, problem, UNROUTED_RESPONSES } from './responses.ts';
import { UPLOADS_OPERATIONS, UPLOADS_SCHEMAS } from './uploads-operations.ts';

/** The version of the API that the document describes. */
export const API_VERSION = '0.1.0';

/** Every operation, in the order of the document. */
export const API_OPERATIONS: readonly Operation[] = [
  ...PREDICT_OPERATIONS,
  ...MODELS_OPERATIONS,
  ...UPLOADS_OPERATIONS,
  ...BATCHES_OPERATIONS,
  ...REFERENCE_OPERATIONS,
  ...PROTOCOL_OPERATIONS,
];

const DESCRIPTION = `Classifiers learnt from CSV files, and their registry.

**Tokens.** Send \`Authorization: Bearer <token>\`; each operation names the scope that its token needs. Where the server runs with \`AUTH=off\`, as on a laptop, no token is asked for.

**Errors.** A function's errors are problem details (RFC 9457, \`application/problem+json\`) with a \`code\` for programs, the \`request_id\`, and \`errors\` with the path of each fault. What the gateway answers by itself (no token, too many requests, bodies over 6 MB) is \`{"message": ...}\` as \`application/json\`. A path that does not exist answers 404 \`not_found\`; one that takes other methods 405 \`method\`, with \`Allow\`.

**Bodies** are JSON in UTF-8, read strictly: a name that stands twice in its object, the name \`__proto__\`, a number that no double holds, half a surrogate pair, and more than 32 levels of nesting are 400.

**HEAD** is answered wherever GET is, with the same status and headers.

**Reading again.** What is read has an \`ETag\`: with it as \`If-None-Match\` the answer is a 304 while nothing changed.

**Trying again** helps where an answer has \`Retry-After\`: a 503, or a 500 whose fault may be of the moment. The gateway throttles all callers together, so no header could say what is left to one.

**Changes.** Members, headers, codes and routes are added at any time; none is taken away or renamed without a release that says so in \`Deprecation\` (RFC 9745) and \`Sunset\` (RFC 8594) headers, six months before. An \`operationId\` is never renamed.

**Ids.** Every answer of a function has the request's id in \`X-Request-Id\`; the gateway adds the same as \`Apigw-Requestid\` to every answer.

**Pages of other origins** may call the API where its operator lists them in CORS_ALLOWED_ORIGINS; by default none may.`;

const TAGS = [
  { name: 'Predictions', description: 'Ask the champion of a model.' },
  { name: 'Registry', description: 'What there is, where it comes from, and what of it is in use.' },
  { name: 'Uploads', description: 'Look at a table before it is sent, send it, and see what became of it.' },
  { name: 'Batches', description: 'Have every row of a file predicted.' },
  { name: 'Operation', description: 'Is it ready, and how much does it do.' },
  {
    name: 'Protocols',
    description:
      'The same predictions in the protocols of KServe, MLflow and SageMaker, for clients that people have. Errors are in the words of each.',
  },
  { name: 'Reference', description: 'This document.' },
];

const PATH_PARAMETERS: Readonly<
  Record<string, { readonly description: string; readonly schema: JsonSchema }>
> = {
  model: {
    description: "The model's name: the folder of its CSV files in the raw bucket, or `default`.",
    schema: { type: 'string', pattern: '^[a-z0-9][a-z0-9-]{0,62}$' },
  },
  version: {
    description: "The version's number.",
    schema: { type: 'string', pattern: '^v?[1-9]\\d{0,11}$' },
  },
  alias: {
    description: 'The name of an alias of the model.',
    schema: inlineSchema(aliasName),
  },
  id: {
    description:
      "Of an upload, what `POST /models/{model}/uploads` gave, or the list's `upload_id`: the first is good as long as that version of the object is in the raw bucket, the second for good. Of a batch, its `batch_id`.",
    schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,700}$' },
  },
  file: { description: 'The name of the file.', schema: { type: 'string' } },
};

let document: JsonSchema | undefined;

/**
 * Builds the OpenAPI 3.1 document of the API from its routes, the schemas of its handlers, and examples that
 * a test executes.
 */
export function openApiDocument(): unknown {
  document ??= makeDocument();
  return document;
}

function makeDocument(): JsonSchema {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Classifier API',
      version: API_VERSION,
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'Where this document came from.' }],
    tags: TAGS,
    paths: paths(),
    components: {
      schemas: componentSchemas({
        ...PREDICT_SCHEMAS,
        ...MODELS_SCHEMAS,
        ...UPLOADS_SCHEMAS,
        ...BATCHES_SCHEMAS,
        ...REFERENCE_SCHEMAS,
        ...PROTOCOL_SCHEMAS,
        OpenApiDocument: z.looseObject({ openapi: z.string() }),
        Problem: problem,
        GatewayMessage: gatewayMessage,
      }),
      headers: HEADER_COMPONENTS,
      responses: UNROUTED_RESPONSES,
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description:
            'A token of `npm run token -- create`. The scope that an operation needs stands beside it.',
        },
      },
    },
  };
}

/** An operation's path as the document has it. */
export const documentedPath = ({ route, path }: Pick<Operation, 'route' | 'path'>) =>
  path ?? route.split(' ')[1]!;

function paths(): JsonSchema {
  const found: Record<string, Record<string, JsonSchema>> = {};
  for (const operation of API_OPERATIONS) {
    const [method = '', path] = [operation.route.split(' ')[0], documentedPath(operation)];
    found[path] = { ...found[path], [method.toLowerCase()]: operationObject(operation, path) };
  }
  return found;
}

function operationObject(operation: Operation, path: string): JsonSchema {
  const scopes = scopesOf(API_ROUTES.find(({ routeKey }) => routeKey === operation.route) as ApiRoute);
  const parameters = [...pathParameters(operation, path), ...queryParameters(operation)];
  return {
    operationId: operation.operationId,
    tags: [operation.tag],
    summary: operation.summary,
    description: `${operation.description}\n\n${scopeWords(scopes)}`,
    // OpenAPI 3.1 allows scope names for every kind of security scheme. One entry of the list is enough.
    security: scopes.map((scope) => ({ bearer: [scope] })),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(operation.body === undefined ? {} : { requestBody: requestBody(operation, operation.body) }),
    responses: responses(operation, scopes),
  };
}

const scopeWords = (scopes: readonly Scope[]) =>
  scopes.length === 0
    ? 'Open: no token is needed.'
    : `Scope: ${scopes.map((scope) => `\`${scope}\``).join(' or ')}.`;

function pathParameters({ examples }: Operation, path: string): JsonSchema[] {
  const segments = path.split('/');
  return segments.flatMap((segment, i) => {
    const [, before = '', name, after = ''] = /^(.*)\{(.+)\}(.*)$/.exec(segment) ?? [];
    if (name === undefined) return [];
    const value = examples[0]!.path.split('?')[0]!.split('/')[i]!;
    const example = value.slice(before.length, value.length - after.length);
    return [{ name, in: 'path', required: true, ...PATH_PARAMETERS[name], example }];
  });
}

function queryParameters({ query }: Operation): JsonSchema[] {
  const shape: Readonly<Record<string, z.core.$ZodType>> = query?.shape ?? {};
  return Object.entries(shape).map(([name, field]) => {
    const { description, ...schema } = inlineSchema(field);
    return {
      name,
      in: 'query',
      required: false,
      ...(description === undefined ? {} : { description }),
      schema,
    };
  });
}

function requestBody({ examples, bodies = {} }: Operation, schema: string): JsonSchema {
  const examplesOf = (mediaType: string | undefined) => {
    const sent = examples.filter((example) => example.body !== undefined && example.mediaType === mediaType);
    if (sent.length === 0) return {};
    return {
      examples: Object.fromEntries(sent.map(({ name, summary, body }) => [name, { summary, value: body }])),
    };
  };
  return {
    required: true,
    content: {
      'application/json': { schema: { $ref: componentRef(schema) }, ...examplesOf(undefined) },
      ...Object.fromEntries(
        Object.entries(bodies).map(([type, text]) => [type, { schema: text, ...examplesOf(type) }]),
      ),
    },
  };
}

function responses(operation: Operation, scopes: readonly Scope[]): JsonSchema {
  const { answer, route } = operation;
  const isRead = route.startsWith('GET ') && (answer.status ?? 200) === 200;
  const all: Record<string, JsonSchema> = {
    [answer.status ?? 200]: answerObject(
      isRead ? { ...answer, headers: [...(answer.headers ?? []), 'etag'] } : answer,
    ),
    ...(isRead ? { 304: UNCHANGED } : {}),
    ...(answer.redirectsWhen === undefined ? {} : { 307: redirect(answer.redirectsWhen) }),
    ...errorResponses(operation, scopes),
  };
  for (const example of operation.examples) {
    if (example.answer === undefined) continue;
    const { content } = all[example.status] as { content: Record<string, Record<string, JsonSchema>> };
    const media = content[mediaTypeOf(operation, example)]!;
    media.examples = { ...media.examples, [example.name]: exampleObject(operation, example) };
  }
  return all;
}

/** The answer to `If-None-Match` with the tag of what is there. */
const UNCHANGED: JsonSchema = {
  description: 'Nothing changed since the answer whose `ETag` was sent as `If-None-Match`.',
  headers: headerRefs(['etag']),
};

function mediaTypeOf({ answer, worded }: Operation, { status, mediaType }: Example): string {
  if (status < 400) return mediaType ?? answer.mediaType;
  return worded ? 'application/json' : 'application/problem+json';
}

function answerObject({ description, headers = [], mediaType, schema, others = {} }: Answer): JsonSchema {
  return {
    description,
    headers: headerRefs(headers),
    content: {
      [mediaType]: { schema: typeof schema === 'string' ? { $ref: componentRef(schema) } : schema },
      ...Object.fromEntries(Object.entries(others).map(([type, text]) => [type, { schema: text }])),
    },
  };
}

const redirect = (when: string) =>
  answerObject({
    description: when,
    mediaType: 'application/json',
    schema: 'SignedLink',
    headers: ['location'],
  });

/** `x-request` is the request. Its body, if any, is the request's example with the same name. */
function exampleObject({ route }: Operation, { summary, path, answer }: Example): JsonSchema {
  return { summary, 'x-request': `${route.split(' ')[0]} ${path}`, value: answer };
}
