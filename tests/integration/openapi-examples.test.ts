import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_OPERATIONS, documentedPath } from '../../lib/http/openapi/document.ts';
import { type ApiContract, apiContract } from '../helpers/api-contract.ts';
import { doExampleBatch, EXAMPLE_BATCH_ID } from '../helpers/example-batch.ts';
import { withRecentIds } from '../helpers/recent-ids.ts';
import { startSeededStack } from '../helpers/seeded-stack.ts';
import { eventually, type TestStack } from '../helpers/stack.ts';

let stack: TestStack;
let served: { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> };
let contract: ApiContract;
let batchId: string;

interface Operation {
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}
type Content = Readonly<
  Record<string, { readonly examples?: Readonly<Record<string, { readonly value: unknown }>> }>
>;

beforeAll(async () => {
  stack = await startSeededStack();
  batchId = await doExampleBatch(stack);
  stack.tellEvents();
  await eventually('events', async () => {
    const { events } = (await (await fetch(`${stack.urls.http}/events`)).json()) as { events: unknown[] };
    return events.length > 1 ? true : undefined;
  });
  served = (await (await fetch(`${stack.urls.http}/openapi.json`)).json()) as typeof served;
  contract = apiContract(served);
});
afterAll(() => stack.dispose());

const examples = API_OPERATIONS.flatMap((operation) =>
  operation.examples.map((example) => ({ title: `${operation.route}: ${example.name}`, operation, example })),
);

/** The shape of a value: its names and types, without the values that differ between runs. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]));
}

/**
 * An answer without the values that differ between runs or after a change of training: ids, times, hashes and
 * scores.
 */
function lasting(value: unknown): unknown {
  const text = JSON.stringify(value, (name, member) =>
    VARYING.has(name) || (typeof member === 'string' && VARYING_TEXT.test(member)) ? shapeOf(member) : member,
  );
  return JSON.parse(text);
}

const documented = (operation: (typeof API_OPERATIONS)[number]) =>
  `${operation.route.split(' ')[0]} ${documentedPath(operation)}`;

const VARYING = new Set([
  'id',
  'url',
  'x-amz-meta-upload-ticket',
  'request_id',
  'version_id',
  'next',
  'sequencer',
  'reason',
  // The user of the machine, where no token is needed.
  'actor',
  'metrics',
  'macro_f1',
  'tests',
]);
const VARYING_TEXT = /[0-9a-f]{64}|\d{4}-\d\d-\d\dT[\d:.]+Z/;

describe('the served document', () => {
  it.each(examples)('gives the answer of the example $title', async ({ operation, example }) => {
    const answer = await fetch(`${stack.urls.http}${example.path.replace(EXAMPLE_BATCH_ID, batchId)}`, {
      method: operation.route.split(' ')[0]!,
      ...(example.body === undefined
        ? {}
        : {
            headers: { 'content-type': example.mediaType ?? 'application/json' },
            body: example.mediaType ? (example.body as string) : JSON.stringify(withRecentIds(example.body)),
          }),
    });
    const body = Buffer.from(await answer.arrayBuffer());
    expect(answer.status).toBe(example.status);
    const wire = { status: answer.status, headers: Object.fromEntries(answer.headers), body };
    expect(contract.difference(operation.route, wire)).toBeUndefined();
    if (example.answer === undefined) return;
    const text = body.toString();
    const value: unknown = example.mediaType && example.status < 400 ? text : JSON.parse(text);
    const expected = withRecentIds(example.answer);
    expect(shapeOf(value)).toEqual(shapeOf(expected));
    expect(lasting(value)).toEqual(lasting(expected));
  });

  it('has only examples that are executed here', () => {
    const executed = new Map(
      examples.flatMap(({ operation, example }) => [
        [`${documented(operation)} body ${example.name}`, example.body],
        [`${documented(operation)} answer ${example.name}`, example.answer],
      ]),
    );
    const shown = Object.entries(served.paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { requestBody, responses }]) => {
        const route = `${method.toUpperCase()} ${path}`;
        const answers = Object.values(responses).map(({ content = {} }) => ({ kind: 'answer', content }));
        const bodies = requestBody ? [{ kind: 'body', content: requestBody.content }] : [];
        return [...bodies, ...answers].flatMap(({ kind, content }) =>
          Object.values(content).flatMap(({ examples: each = {} }) =>
            Object.entries(each).map(([name, { value }]) => [`${route} ${kind} ${name}`, value] as const),
          ),
        );
      }),
    );
    expect(shown.length).toBeGreaterThan(10);
    for (const [title, value] of shown)
      expect({ title, value }).toEqual({ title, value: executed.get(title) });
  });
});
