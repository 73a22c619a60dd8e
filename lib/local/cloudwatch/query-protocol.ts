import type { Input } from './parameters.ts';
import type { Call, Protocol, Reply } from './wire.ts';

const XML_NAMESPACE = 'http://monitoring.amazonaws.com/doc/2010-08-01/';

/**
 * AWS Query: form-encoded requests and XML answers. Older SDKs and AWS CLI releases use it for CloudWatch.
 * Source: "AWS query protocol" in the Smithy documentation.
 */
export const queryProtocol: Protocol = {
  decode(body): Call {
    const root: Tree = new Map();
    let operation = '';
    for (const [key, value] of new URLSearchParams(body)) {
      if (key === 'Action') operation = value;
      else if (key !== 'Version') plant(root, key.split('.'), value);
    }
    return { operation, input: toValue(root, '', '') as Input };
  },

  encode(operation, result, requestId): Reply {
    const content = `<${operation}Result>${toXml(result, '')}</${operation}Result>${metadata(requestId)}`;
    return xml(200, `<${operation}Response xmlns="${XML_NAMESPACE}">${content}</${operation}Response>`);
  },

  encodeError({ status, awsCode, message }, requestId): Reply {
    const fields = { Type: status < 500 ? 'Sender' : 'Receiver', Code: awsCode, Message: message };
    const content = `<Error>${toXml(fields, '')}</Error><RequestId>${requestId}</RequestId>`;
    return xml(status, `<ErrorResponse xmlns="${XML_NAMESPACE}">${content}</ErrorResponse>`);
  },
};

type Tree = Map<string, Tree | string>;

function plant(tree: Tree, [head = '', ...rest]: string[], value: string): void {
  if (rest.length === 0) {
    tree.set(head, value);
    return;
  }
  const existing = tree.get(head);
  const branch: Tree = existing instanceof Map ? existing : new Map();
  tree.set(head, branch);
  plant(branch, rest, value);
}

const NUMBERS = new Set([
  'Values',
  'Counts',
  'SampleCount',
  'Sum',
  'Minimum',
  'Maximum',
  'StorageResolution',
  'Period',
  'MaxDatapoints',
]);
const TIMES = new Set(['Timestamp', 'StartTime', 'EndTime']);
const BOOLEANS = new Set(['ReturnData', 'IncludeLinkedAccounts', 'StrictEntityValidation']);

/**
 * `name` is the member of the value (for list items, the list's member); `within` is the member around it.
 */
function toValue(node: Tree | string, name: string, within: string): unknown {
  if (typeof node === 'string') return toScalar(node, name, within);
  const members = node.get('member');
  // Lists arrive as member.1, member.2, ..., in any order; an empty list arrives as an empty text.
  if (members instanceof Map) {
    const sorted = [...members].sort(([a], [b]) => Number(a) - Number(b));
    return sorted.map(([, item]) => toValue(item, name, within));
  }
  return Object.fromEntries([...node].map(([key, child]) => [key, toValue(child, key, name)]));
}

function toScalar(text: string, name: string, within: string): unknown {
  // A dimension's Value is a text; a metric's Value is a number.
  if (NUMBERS.has(name) || (name === 'Value' && within !== 'Dimensions'))
    return text.trim() === '' ? text : numberOr(text);
  if (TIMES.has(name)) return Number.isNaN(Date.parse(text)) ? text : Date.parse(text) / 1000;
  return BOOLEANS.has(name) ? text === 'true' : text;
}

// A text that is not a number stays a text: the operation refuses it and names the parameter.
function numberOr(text: string): number | string {
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}

function toXml(value: unknown, name: string): string {
  if (Array.isArray(value)) return value.map((item) => `<member>${toXml(item, name)}</member>`).join('');
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([key, child]) =>
        name === 'ExtendedStatistics' ? entry(key, child) : `<${key}>${toXml(child, key)}</${key}>`,
      )
      .join('');
  }
  if (typeof value === 'number' && /^Timestamps?$/.test(name)) return new Date(value * 1000).toISOString();
  return escapeXml(String(value));
}

function entry(key: string, value: unknown): string {
  return `<entry><key>${escapeXml(key)}</key><value>${escapeXml(String(value))}</value></entry>`;
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function metadata(requestId: string): string {
  return `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
}

function xml(status: number, body: string): Reply {
  return { status, headers: { 'content-type': 'text/xml' }, body };
}
