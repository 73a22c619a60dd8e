import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { API_OPERATIONS, documentedPath, openApiDocument } from '../../lib/http/openapi/document.ts';
import { REMARK_HEADERS } from '../../lib/http/schemas/predict-api.ts';

/** An answer from the network. Header names are in lower case. */
export interface WireAnswer {
  /** The method of the request: the answer to HEAD has no body. */
  readonly method?: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

type Node = { readonly [key: string]: unknown };

/** Checks answers against an OpenAPI document. */
export interface ApiContract {
  /**
   * Describes how an answer differs from the document's answer of a route; undefined when it does not.
   *
   * @param routeKey of an operation of the document; undefined for a request that matches none
   */
  difference(routeKey: string | undefined, answer: WireAnswer): string | undefined;
}

/**
 * The contract of the document, with every object closed. The document leaves objects open for clients, but a
 * member that it does not name is a fault of this project.
 */
export function apiContract(document: unknown = openApiDocument()): ApiContract {
  const closed = close(document) as Node;
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema(closed, 'api');
  const compiled = new Map<string, ValidateFunction>();
  const validator = (pointer: string) => {
    const known = compiled.get(pointer) ?? ajv.compile({ $ref: `api#${pointer}` });
    compiled.set(pointer, known);
    return known;
  };
  return {
    difference(routeKey, answer) {
      const responses = routeKey === undefined ? '/components/responses' : operationPointer(routeKey);
      const key =
        routeKey === undefined ? (UNROUTED[answer.status] ?? String(answer.status)) : String(answer.status);
      const response = at(closed, `${responses}/${key}`);
      const who = routeKey ?? 'a request without a route';
      if (response === undefined) {
        return isGatewayAnswer(answer) ? undefined : `${who}: status ${answer.status} is not documented`;
      }
      if (answer.status === 304) return answer.body.length === 0 ? undefined : `${who}: a 304 has a body`;
      const mediaType = (answer.headers['content-type'] ?? '').split(';')[0]!.trim();
      const content = Object.keys(response.content as Node);
      const match = content.find((type) => type === mediaType || type === '*/*');
      if (match === undefined) {
        return isGatewayAnswer(answer) && routeKey === undefined
          ? undefined
          : `${who}: ${answer.status} is documented as ${content.join(' or ')}, not as "${mediaType}"`;
      }
      const missing = missingHeader(response, answer, match);
      if (missing) return `${who}: ${answer.status} has no ${missing}`;
      if (answer.method === 'HEAD') return undefined;
      const validate = validator(`${responses}/${key}/content/${escaped(match)}/schema`);
      const text = answer.body.toString('utf8');
      const value: unknown = /^application\/(?:problem\+)?json$/.test(mediaType) ? JSON.parse(text) : text;
      if (validate(value)) return undefined;
      return `${who}: ${answer.status} is not as documented: ${ajv.errorsText(validate.errors)}: ${text.slice(0, 300)}`;
    },
  };
}

const UNROUTED: Readonly<Record<number, string>> = { 404: 'NotFound', 405: 'MethodNotAllowed' };

function operationPointer(routeKey: string): string {
  const [method = ''] = routeKey.split(' ');
  const route = routeKey.replace(/^HEAD /, 'GET ');
  const path = documentedPath(API_OPERATIONS.find((operation) => operation.route === route)!);
  // The document says once that HEAD is answered as GET.
  const documented = method === 'HEAD' ? 'get' : method.toLowerCase();
  return `/paths/${escaped(path)}/${documented}/responses`;
}

/** `{"message": ...}` and nothing else: the gateway's own answer, before it chooses a route. */
function isGatewayAnswer({ method, status, headers, body }: WireAnswer): boolean {
  if (![400, 404, 413, 431].includes(status) || headers['x-request-id'] !== undefined) return false;
  return method === 'HEAD' || /^\{"message":"[\w ]+"\}$/.test(body.toString());
}

/** A header that the document names and the answer lacks, except headers that only some answers have. */
function missingHeader(response: Node, answer: WireAnswer, mediaType: string): string | undefined {
  if (mediaType === 'application/json' && answer.status >= 400) return undefined;
  const names = Object.keys((response.headers ?? {}) as Node);
  return names.find((name) => !OPTIONAL_HEADERS.has(name) && answer.headers[name] === undefined);
}

const OPTIONAL_HEADERS = new Set(['x-model-stale', ...Object.keys(REMARK_HEADERS)]);

const escaped = (part: string) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));

function at(document: Node, pointer: string): Node | undefined {
  return pointer
    .split('/')
    .slice(1)
    .reduce<Node | undefined>((node, part) => {
      const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
      return node?.[name] as Node | undefined;
    }, document);
}

/** Closes every object schema. The parts of a composed problem are closed as a whole. */
function close(node: unknown, isPart = false): unknown {
  if (Array.isArray(node)) return node.map((each) => close(each, isPart));
  if (typeof node !== 'object' || node === null) return node;
  const children = Object.entries(node).map(([key, value]) => {
    if (key === 'examples' || key === 'example') return [key, value];
    return [key, close(value, key === 'allOf' || key === 'Problem')];
  });
  const copy = Object.fromEntries(children) as Record<string, unknown>;
  if (isPart) return copy;
  if ('allOf' in copy) copy.unevaluatedProperties = false;
  else if (typeof copy.properties === 'object' && copy.type === 'object') copy.additionalProperties ??= false;
  return copy;
}
