import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { predictionId } from '../../lib/drift/prediction-id.ts';
import { FUNCTIONS } from '../../lib/functions.ts';
import { MAX_FAULTS, MAX_PROBLEM_BYTES } from '../../lib/http/problem.ts';
import { captureOutput } from '../helpers/captured-output.ts';
import {
  type ApiAnswer,
  type ApiCall,
  addVersion,
  type ModelsApi,
  openModelsApi,
  promote,
} from '../helpers/models-api.ts';
import type { LimitOutcome } from './ask-predict.ts';
import { REQUESTS } from './requests.ts';
import { longText, narrowModel, widestModel } from './widest-model.ts';

/** What Lambda returns at most. */
const MAX_RETURNED_BYTES = 6_291_556;
/**
 * A larger heap would hold the garbage of earlier requests for as long as there is room: what counts is that
 * each can be answered in this one. In MB.
 */
const HEAP = '--max-old-space-size=600';
/** A busy machine takes ten times as long. */
const TIMEOUT_MS = 600_000;

captureOutput();

describe('predict, asked for all of its limits at once', { timeout: TIMEOUT_MS }, () => {
  let outcomes: LimitOutcome[];
  let answers: LimitOutcome['answers'];
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'limits-'));
    const files = [join(folder, 'widest.knn'), join(folder, 'narrow.knn')];
    for (const [i, { bytes }] of [widestModel(), narrowModel()].entries()) await writeFile(files[i]!, bytes);
    const script = fileURLToPath(new URL('ask-predict.ts', import.meta.url));
    outcomes = [];
    for (const set of Object.keys(REQUESTS)) {
      const { stdout } = await promisify(execFile)(process.execPath, [HEAP, script, set, ...files]);
      outcomes.push(JSON.parse(stdout) as LimitOutcome);
    }
    await rm(folder, { recursive: true });
    answers = outcomes.flatMap((outcome) => outcome.answers);
  }, TIMEOUT_MS);

  it('answers without a 5xx, and within what can be returned', () => {
    expect(answers.length).toBeGreaterThan(50);
    const faulty = answers.filter(
      ({ status, returnedBytes }) => !(status >= 200 && status < 500) || returnedBytes > MAX_RETURNED_BYTES,
    );
    expect(faulty).toEqual([]);
    // That good requests were among them, and each kind of refusal.
    const seen = new Set(answers.map(({ status, code }) => code ?? String(status)));
    const wanted = ['200', 'invalid_request', 'json', 'json_duplicate', 'unknown_model', 'unknown_version'];
    for (const kind of [...wanted, 'answer_size', 'media_type', 'content_encoding', 'method', 'not_found'])
      expect(seen).toContain(kind);
  });

  it('gives no error over 16 KB', () => {
    const large = answers.filter(({ status, bodyBytes }) => status >= 400 && bodyBytes > MAX_PROBLEM_BYTES);
    expect(large).toEqual([]);
  });

  it('takes less than half of the memory of the function', () => {
    for (const { mostMemoryMb } of outcomes)
      expect(mostMemoryMb).toBeLessThan(FUNCTIONS.predict.memoryMb / 2);
  });
});

describe('the models function, asked for all of its limits at once', { timeout: TIMEOUT_MS }, () => {
  /** The most bytes that the function takes, and that a gateway passes on in a path or query. */
  const BODY_BYTES = 16 * 1024;
  const LONGEST = 8000;
  const HEADERS = { 'content-type': 'application/json' };
  const ADMIN = { name: longText(1).slice(0, 64), scopes: 'read admin predict', expires_at: '' };

  let api: ModelsApi;
  beforeAll(async () => {
    api = await openModelsApi();
    for (const version of [1, 2]) await addVersion(api, 'wide', version);
    await promote(api, 'wide', 1);
  });
  afterAll(() => api.close());

  async function ask(routeKey: string, call: ApiCall): Promise<ApiAnswer> {
    const answer = await api.call(routeKey, { token: ADMIN, headers: HEADERS, ...call });
    expect(answer.status, `${routeKey} ${JSON.stringify(answer.body)}`).toBeLessThan(500);
    const limit = answer.status < 400 ? MAX_RETURNED_BYTES : MAX_PROBLEM_BYTES;
    expect(Buffer.byteLength(JSON.stringify(answer.body))).toBeLessThanOrEqual(limit);
    expect(answer.body.errors?.length ?? 0).toBeLessThanOrEqual(MAX_FAULTS);
    return answer;
  }

  const names = (count: number, of: (i: number) => string) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [of(i), 1]));
  const BODIES: readonly (readonly [what: string, body: unknown])[] = [
    ['unknown members', names(BODY_BYTES / 10, (i) => i.toString(36))],
    ['unknown members of long names', names(40, longText)],
    ['a long text for each member', { version: '\u6f22'.repeat(5000), decision: 'x', reason: 1 }],
    ['a list', Array(Math.floor(BODY_BYTES / 3)).fill(1)],
    ['a body over the limit', { reason: 'x'.repeat(BODY_BYTES) }],
  ];
  const WRITES = [
    ['PUT /models/{model}/champion', { model: 'wide' }],
    ['PUT /models/{model}/versions/{version}/retirement', { model: 'wide', version: '2' }],
    ['POST /models/{model}/feedback', { model: 'wide' }],
  ] as const;

  it.each(WRITES.flatMap(([route, path]) => BODIES.map(([what, body]) => ({ route, path, what, body }))))(
    'refuses $what to $route',
    async ({ route, path, body }) => {
      expect([400, 413]).toContain((await ask(route, { path, body })).status);
    },
  );

  it('shows a decision of the longest reason and actor in a conflict', async () => {
    const reason = '\u{1f98a}'.repeat(500);
    const path = { model: 'wide' };
    const decided = await ask('PUT /models/{model}/champion', {
      path,
      body: { version: 2, decision: 1, reason },
    });
    expect(decided).toMatchObject({ status: 200, body: { reason } });
    const again = { version: 1, decision: 1, reason };
    const conflict = await ask('PUT /models/{model}/champion', { path, body: again });
    expect(conflict).toMatchObject({ status: 409, body: { current: { reason, actor: ADMIN.name } } });
  });

  it('keeps one label for each prediction, of the longest texts', async () => {
    const path = { model: 'wide' };
    const prediction_id = predictionId(Date.now(), 'a'.repeat(20), true);
    const [label, other] = [longText(1), longText(2)];
    expect(
      await ask('POST /models/{model}/feedback', { path, body: { prediction_id, label } }),
    ).toMatchObject({
      status: 200,
    });
    const conflict = await ask('POST /models/{model}/feedback', {
      path,
      body: { prediction_id, label: other },
    });
    expect(conflict).toMatchObject({ status: 409, body: { current: { label } } });
  });

  it.each([
    ['GET /models', {}],
    ['GET /models/{model}', { model: 'wide' }],
    ['GET /models/{model}/versions', { model: 'wide' }],
    ['GET /models/{model}/champion', { model: 'wide' }],
    ['GET /models/{model}/decisions', { model: 'wide' }],
    ['GET /models/{model}/uploads', { model: 'wide' }],
  ])('answers %s with the longest paths and queries', async (route, path) => {
    const long = '\u202e\u6f22'.repeat(LONGEST / 6);
    if ('model' in path) expect((await ask(route, { path: { model: long } })).status).toBe(404);
    const unknown = names(LONGEST / 5, (i) => `q${i}`);
    const query = Object.fromEntries(Object.keys(unknown).map((name) => [name, '1']));
    expect(await ask(route, { path, query })).toMatchObject({ status: 400 });
    expect((await ask(route, { path, query: { limit: long, [long]: '1' } })).status).toBe(400);
  });

  it('answers a version that is none, as long as the path', async () => {
    const path = { model: 'wide', version: '9'.repeat(LONGEST) };
    expect((await ask('GET /models/{model}/versions/{version}', { path })).status).toBe(404);
  });
});
