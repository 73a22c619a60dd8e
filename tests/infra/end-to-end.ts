import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { predictionId } from '../../lib/drift/prediction-id.ts';
import { apiRouteOf, DEFAULT_ROUTE, type RouteKey } from '../../lib/routes.ts';
import type { AppliedSystem } from './applied-system.ts';
import type { Delivery } from './bucket-events.ts';
import { invokeDeployed } from './deployed-function.ts';
import type { callApi } from './gateway.ts';
import { InfraTestError } from './processes.ts';
import { readSets } from './read-sets.ts';
import { call, deliverAll, expectText, keepHouse, makeToken, scheduledFunction } from './system-calls.ts';
import { until } from './until.ts';

const IRIS = fileURLToPath(new URL('../../data/raw/iris.csv', import.meta.url));
const OF_DEFAULT = { pathParameters: { model: 'default' } };
/** A label for a prediction that was logged some time ago. */
const LABEL = JSON.stringify({
  prediction_id: predictionId(Date.now(), '0'.repeat(20), true),
  label: 'setosa',
});
const FEATURES = JSON.stringify({ features: [5.1, 3.5, 1.4, 0.2] });
const INSTANCES = JSON.stringify({ instances: [[5.1, 3.5, 1.4, 0.2]] });
const TENSOR = JSON.stringify({
  inputs: [{ name: 'rows', shape: [1, 4], datatype: 'FP64', data: [5.1, 3.5, 1.4, 0.2] }],
});
/** Asks the model of which the run uploads one file only, which is refused. */
const OF_REFUSED = {
  body: FEATURES,
  pathParameters: { model: 'refused' },
  rawPath: '/models/refused/predict',
};

/** The model of the file that is sent through the API. */
const SENT_MODEL = 'sent';
const TICKET = JSON.stringify({ file_name: 'never-sent.csv', size_bytes: 10 });
const FILE_TO_PREDICT = JSON.stringify({ file_name: 'never-sent.csv', size_bytes: 10 });
const PREVIEW = JSON.stringify({
  file_name: 'few.csv',
  content_base64: Buffer.from('a,kind\n1,x\n').toString('base64'),
});

type Say = (line: string) => void;

type Asked = readonly [status: number, options: Parameters<typeof callApi>[3]];

/**
 * Runs the pipeline from a CSV file in the raw bucket to predictions, on the resources that Terraform
 * created.
 *
 * @param say takes one line for each checked result
 */
export async function runPipeline(system: AppliedSystem, say: Say): Promise<void> {
  const { aws, buckets, s3 } = system;
  await aws.run('s3', 'cp', IRIS, `s3://${buckets.raw}/iris.csv`);
  await aws.run('s3', 'cp', IRIS, `s3://${buckets.raw}/notes/iris.xlsx`);
  await s3.send(new PutObjectCommand({ Bucket: buckets.raw, Key: 'refused/few.csv', Body: 'a,kind\n1,x\n' }));
  const ingested = await deliverAll(system, buckets.raw);
  expectText('ingest', ingested, '"kind":"accepted"');
  expectText('ingest of a key that is no CSV', ingested, '"code":"key"');
  expectRetried(system);
  expectText('a second delivery', await deliverAll(system, buckets.raw), '"kind":"done_before"');
  say('ingest accepted iris.csv after a 409 of S3, refused notes/iris.xlsx, and did nothing when told again');
  const trained = await deliverAll(system, buckets.processed);
  expectText('train', trained, '"kind":"promoted"');
  say(`train: ${(JSON.parse(trained)[0] as { outcomes: [{ detail: string }] }).outcomes[0].detail}`);
  const token = await makeToken(system);
  const predicted = await call(system, 'POST /predict', { token, body: FEATURES }, 200);
  expectText('predict', predicted, '"prediction":"setosa"', '"model_version":"v1"');
  say(`POST /predict: ${predicted}`);
  const stranger = `clf_${'A'.repeat(43)}`;
  await call(system, 'POST /predict', { token: stranger, body: FEATURES }, 401);
  say('POST /predict with a token that nobody made: 401');
  const untrained = await call(system, 'POST /models/{model}/predict', { token, ...OF_REFUSED }, 404);
  expectText('predict of a model whose file was refused', untrained, 'its newest upload was refused');
  say('predict of a model that has only a refused file: 404, and why the file was refused');
  const card = await call(system, 'GET /models/{model}', { token, ...OF_DEFAULT }, 200);
  expectText('the card, with the schema from the models bucket', card, '"feature_order":["');
  const sent = await sendThroughApi(system, token, say);
  const batch = await runBatch(system, token, say);
  await readAll(system, token, sent, batch);
  say(`every route of the API answered as it must, ${system.gateway.routes.size} of them`);
  await lookIntoDeadLetters(system, token, say);
  await runHousekeeping(system, token, say);
  await readSets(system, token, say);
  const gathered = JSON.stringify(
    await invokeDeployed(system.host, await scheduledFunction(system, 'monitor'), {}),
  );
  expectText('monitor', gathered, '"gathered"');
  say(`monitor: ${gathered}`);
  await tellEvents(system, token, say);
}

/** Puts on the bus what happened in the whole run, and lists it. */
async function tellEvents(system: AppliedSystem, token: string, say: Say): Promise<void> {
  const { host } = system;
  const told = JSON.stringify(await invokeDeployed(host, await scheduledFunction(system, 'events'), {}));
  expectText('events', told, '"isDone":true');
  const { collected, delivered } = JSON.parse(told) as { collected: number; delivered: number };
  const puts = system.calls().filter(({ actor, service }) => actor === 'events' && service === 'events');
  if (collected === 0 || delivered !== collected || puts.length !== delivered)
    throw new InfraTestError(
      `events: expected each to be put on the bus once, got ${told}, ${puts.length} puts`,
    );
  const listed = await call(system, 'GET /events', { token, query: 'after=0&limit=100' }, 200);
  expectText('events', listed, '"classifier.version.promoted"', '"classifier.upload.refused"');
  say(`events: ${told}`);
}

/**
 * Sends a file to an address that the API signed, follows it until it is read, and downloads a model from
 * another. The pages that may do so are those that Terraform names.
 *
 * @returns the id that the API gave for the file
 */
async function sendThroughApi(system: AppliedSystem, token: string, say: Say): Promise<string> {
  const { aws, buckets } = system;
  const cors = await aws.run('s3api', 'get-bucket-cors', '--bucket', buckets.raw);
  expectText('the CORS of the raw bucket', cors, system.apiUrl, '"PUT"');
  if (cors.includes('"*"')) throw new InfraTestError(`expected no page of any origin, got ${cors}`);
  const content = await readFile(IRIS);
  const of = (id?: string) => ({ token, pathParameters: { model: SENT_MODEL, ...(id ? { id } : {}) } });
  const request = { file_name: 'sent.csv', size_bytes: content.length, label: 'species' };
  const made = await call(
    system,
    'POST /models/{model}/uploads',
    { ...of(), body: JSON.stringify(request) },
    201,
  );
  const { id, url, headers } = JSON.parse(made) as {
    id: string;
    url: string;
    headers: Record<string, string>;
  };
  const put = await fetch(url, { method: 'PUT', headers, body: content });
  if (!put.ok) throw new InfraTestError(`PUT to a signed address: ${put.status} ${await put.text()}`);
  const state = () => call(system, 'GET /models/{model}/uploads/{id}', of(id), 200);
  expectText('a file that was sent', await state(), '"state":"received"');
  expectText('ingest of it', await deliverAll(system, buckets.raw), '"kind":"accepted"');
  expectText('a file that was read', await state(), '"state":"accepted"');
  expectText('training on it', await deliverAll(system, buckets.processed), '"kind":"promoted"');
  expectText('a file that was trained on', await state(), '"state":"promoted"', '"version":1');
  const version = { token, pathParameters: { model: SENT_MODEL, version: '1' } };
  const link = await call(system, 'GET /models/{model}/versions/{version}/artifact', version, 307);
  const artifact = await fetch((JSON.parse(link) as { url: string }).url);
  if (!artifact.ok) throw new InfraTestError(`GET of a signed address: ${artifact.status}`);
  await artifact.body?.cancel();
  say('a file was sent to an address that the API signed, and became a version, which was downloaded');
  return id;
}

/** Sends a record as Lambda does once an event failed for good, and looks for it through the API. */
async function lookIntoDeadLetters(system: AppliedSystem, token: string, say: Say): Promise<void> {
  const { aws, host } = system;
  const name = `${host.names.ingest}-dead-letters`;
  const { QueueUrl } = await aws.json<{ QueueUrl: string }>('sqs', 'get-queue-url', '--queue-name', name);
  const body = JSON.stringify({
    timestamp: new Date().toISOString(),
    requestContext: { requestId: 'infra-test', approximateInvokeCount: 3 },
    requestPayload: {},
    responsePayload: { errorMessage: 'a fault of the test' },
  });
  await aws.run('sqs', 'send-message', '--queue-url', QueueUrl, '--message-body', body);
  const found = await call(system, 'GET /dead-letters', { token }, 200);
  expectText('the dead letters', found, '"request_id":"infra-test"', 'a fault of the test');
  say('GET /dead-letters shows what waits in a queue');
}

/**
 * Puts a file into the batches bucket, which starts the state machine in moto's interpreter, and reads the
 * predictions from the address that the API signs.
 *
 * @returns the id of the batch
 */
async function runBatch(system: AppliedSystem, token: string, say: Say): Promise<string> {
  const { aws, buckets } = system;
  const place = `s3://${buckets.batches}/measured.csv`;
  await aws.run('s3', 'cp', IRIS, place);
  const started = await deliverAll(system, buckets.batches);
  expectText('a file in the batches bucket', started, '"kind":"started"');
  const [{ outcomes }] = JSON.parse(started) as [{ outcomes: [{ batch_id: string }] }];
  const { batch_id: id } = outcomes[0];
  const at = { token, pathParameters: { model: 'default', id } };
  const found = await until('the end of the batch', async () => {
    const state = await call(system, 'GET /models/{model}/batches/{id}', at, 200);
    return state.includes('"state":"running"') ? undefined : state;
  });
  expectText('the batch', found, '"state":"done"', '"read":150');
  const { links } = JSON.parse(found) as { links: { predictions: { url: string } } };
  const answer = await fetch(links.predictions.url);
  expectText('its predictions', await answer.text(), 'prediction,confidence', ',setosa,setosa,');
  const body = JSON.stringify({ input: 'measured.csv' });
  const again = await call(system, 'POST /models/{model}/batches', { token, body, ...OF_DEFAULT }, 202);
  expectText('the same file again', again, id, '"attempt":1');
  say("a file in the batches bucket was predicted by the state machine, in moto's interpreter");
  return id;
}

/**
 * Uploads a second file whose training event is lost, and a third file whose upload event is lost:
 * housekeeping repeats both. Then v1 is promoted by hand, and housekeeping retires the versions that no rule
 * keeps.
 */
async function runHousekeeping(system: AppliedSystem, token: string, say: Say): Promise<void> {
  const { buckets, host } = system;
  await upload(system, 'second.csv', 140);
  expectText('ingest of a second file', await deliverAll(system, buckets.raw), '"kind":"accepted"');
  await upload(system, 'third.csv', 130);
  const first = await keepHouse(system);
  expectText('housekeeping', first, '"reingested":["third.csv"]', '"retrained":["second.csv"]');
  const driven: string[] = [];
  for (const { functionArn, event } of invocationsOf(system, 'housekeeping'))
    driven.push(JSON.stringify(await invokeDeployed(host, functionArn, event)));
  expectText('what housekeeping drove again', driven.join(), '"kind":"accepted"', '"kind":"promoted"');
  say(`housekeeping drove again what was lost: ${first}`);
  await deliverAll(system, buckets.processed);
  const champion = await call(system, 'GET /models/{model}/champion', { token, ...OF_DEFAULT }, 200);
  const { decision } = JSON.parse(champion) as { decision: number };
  const body = JSON.stringify({ version: 1, decision, reason: 'test' });
  await call(system, 'PUT /models/{model}/champion', { token, ...OF_DEFAULT, body }, 200);
  const second = await keepHouse(system);
  if (!/"retired":\[\{/.test(second))
    throw new InfraTestError(`housekeeping: expected it to retire a version, got ${second}`);
  say(`v1 was brought back by hand, and housekeeping retired what no rule keeps: ${second}`);
}

/** @throws InfraTestError when ingest did not send again what S3 had answered with a 409 */
function expectRetried({ calls }: AppliedSystem): void {
  const puts = calls().filter(
    ({ actor, method, headers }) =>
      actor === 'ingest' && method === 'PUT' && headers['if-none-match'] !== undefined,
  );
  const conflict = puts.find(({ status }) => status === 409);
  const again = puts.filter(({ url, status }) => url.pathname === conflict?.url.pathname && status === 200);
  if (!conflict || again.length !== 1)
    throw new InfraTestError(
      `expected ingest to write again after a 409, got ${puts.map(({ url, status }) => `${status} ${url.pathname}`).join(', ')}`,
    );
}

/** Uploads the first rows of iris, which are a data set of their own. */
async function upload({ s3, buckets }: AppliedSystem, key: string, rows: number): Promise<void> {
  const lines = (await readFile(IRIS, 'utf8')).split('\n').slice(0, rows + 1);
  await s3.send(new PutObjectCommand({ Bucket: buckets.raw, Key: key, Body: `${lines.join('\n')}\n` }));
}

/** The asynchronous invocations that a function made: Lambda would queue them. */
function invocationsOf({ calls }: AppliedSystem, actor: string): Delivery[] {
  return calls()
    .filter((call) => call.actor === actor && call.url.pathname.endsWith('/invocations'))
    .map(({ url, body }) => ({
      functionArn: decodeURIComponent(url.pathname.split('/').at(-2) ?? ''),
      event: JSON.parse(body.toString()) as unknown,
    }));
}

/**
 * Calls every route. The routes that change something get a request for the current state, or one that is
 * impossible.
 */
async function readAll(system: AppliedSystem, token: string, sent: string, batch: string): Promise<void> {
  const model = { model: 'default' };
  const upload = { pathParameters: { model: SENT_MODEL, id: sent } };
  const decision = JSON.stringify({ version: 1, decision: 1, reason: 'test' });
  const stale = JSON.stringify({ version: 1, decision: 0, reason: 'test' });
  const notes = JSON.stringify({ note: 'of the test', tags: ['test'], revision: 0 });
  const retirement = JSON.stringify({ decision: 1, reason: 'test' });
  const asked: Readonly<Record<string, Asked>> = {
    'POST /predict': [200, { body: FEATURES }],
    'POST /models/{model}/predict': [
      200,
      { body: FEATURES, pathParameters: model, rawPath: '/models/default/predict' },
    ],
    'GET /models/{model}/schema': [200, { pathParameters: model }],
    'GET /health': [200, {}],
    'GET /v2': [200, {}],
    'GET /v2/health/live': [200, {}],
    'GET /v2/health/ready': [200, {}],
    'GET /v2/models/{model}': [200, { pathParameters: model }],
    'GET /v2/models/{model}/ready': [200, { pathParameters: model }],
    'POST /v2/models/{model}/infer': [200, { pathParameters: model, body: TENSOR }],
    'GET /v2/models/{model}/versions/{version}': [200, { pathParameters: { ...model, version: '1' } }],
    'GET /v2/models/{model}/versions/{version}/ready': [200, { pathParameters: { ...model, version: '1' } }],
    'POST /v2/models/{model}/versions/{version}/infer': [
      200,
      { pathParameters: { ...model, version: '1' }, body: TENSOR },
    ],
    'GET /v1/models': [200, {}],
    'GET /v1/models/{model}': [200, { pathParameters: model }],
    'POST /v1/models/{model}': [200, { pathParameters: { model: 'default:predict' }, body: INSTANCES }],
    'GET /ping': [200, {}],
    'POST /invocations': [200, { body: INSTANCES }],
    'GET /version': [200, {}],
    'POST /endpoints/{model}/invocations': [200, { pathParameters: model, body: INSTANCES }],
    'GET /metrics': [200, {}],
    'GET /events': [200, {}],
    'GET /models': [200, {}],
    'GET /models/{model}': [200, { pathParameters: model }],
    'GET /models/{model}/versions': [200, { pathParameters: model }],
    'GET /models/{model}/versions/{version}': [200, { pathParameters: { ...model, version: '1' } }],
    'GET /models/{model}/versions/{version}/report': [200, { pathParameters: { ...model, version: '1' } }],
    'GET /models/{model}/versions/{version}/artifact': [307, { pathParameters: { ...model, version: '1' } }],
    'PUT /models/{model}/versions/{version}/notes': [
      200,
      { pathParameters: { ...model, version: '1' }, body: notes },
    ],
    // The champion cannot be retired.
    'PUT /models/{model}/versions/{version}/retirement': [
      409,
      { pathParameters: { ...model, version: '1' }, body: retirement },
    ],
    'GET /models/{model}/champion': [200, { pathParameters: model }],
    'PUT /models/{model}/champion': [200, { pathParameters: model, body: decision }],
    'GET /models/{model}/decisions': [200, { pathParameters: model }],
    'GET /models/{model}/aliases': [200, { pathParameters: model }],
    'GET /models/{model}/aliases/{alias}': [404, { pathParameters: { ...model, alias: 'none' } }],
    // Based on a decision that is over.
    'PUT /models/{model}/aliases/{alias}': [
      409,
      { pathParameters: { ...model, alias: 'canary' }, body: stale },
    ],
    'DELETE /models/{model}/aliases/{alias}': [
      404,
      { pathParameters: { ...model, alias: 'none' }, query: 'decision=1&reason=test' },
    ],
    'GET /models/{model}/drift': [200, { pathParameters: model }],
    'GET /models/{model}/uploads': [200, { pathParameters: model }],
    'POST /models/{model}/uploads': [201, { pathParameters: model, body: TICKET }],
    'GET /models/{model}/uploads/{id}': [200, upload],
    'GET /models/{model}/uploads/{id}/report': [200, upload],
    'GET /models/{model}/uploads/{id}/rejects': [200, upload],
    'GET /models/{model}/contract': [200, { pathParameters: model }],
    'POST /models/{model}/preview': [200, { pathParameters: model, body: PREVIEW }],
    'POST /models/{model}/batches': [202, { pathParameters: model, body: FILE_TO_PREDICT }],
    'GET /models/{model}/batches': [200, { pathParameters: model }],
    'GET /models/{model}/batches/{id}': [200, { pathParameters: { ...model, id: batch } }],
    'POST /models/{model}/feedback': [200, { pathParameters: model, body: LABEL }],
    'GET /costs': [200, {}],
    'GET /dead-letters': [200, {}],
    'GET /token': [200, {}],
    'GET /': [200, {}],
    'GET /console/{file}': [404, { pathParameters: { file: 'none.css' } }],
    'GET /openapi.json': [200, {}],
    'GET /docs': [200, {}],
    'GET /docs/{file}': [404, { pathParameters: { file: 'none.css' } }],
    $default: [404, { rawPath: '/none' }],
  } satisfies Record<RouteKey | typeof DEFAULT_ROUTE.routeKey, Asked>;
  for (const routeKey of system.gateway.routes.keys()) {
    const { routeKey: answered } = apiRouteOf(routeKey) ?? DEFAULT_ROUTE;
    const [status, options] = asked[answered] ?? [];
    if (status === undefined)
      throw new InfraTestError(`${routeKey}: tests/infra/end-to-end.ts does not ask it; add it there`);
    await call(system, routeKey, { token, ...options }, status);
  }
}

/** The predictions that a system's /metrics has counted. */
export async function countedPredictions(system: AppliedSystem): Promise<number> {
  const token = await makeToken(system);
  const text = await call(system, 'GET /metrics', { token }, 200);
  const found = /^classifier_requests_total\{route="POST \/predict",status="2xx"\} (\d+)$/m.exec(text)?.[1];
  if (found === undefined)
    throw new InfraTestError(`/metrics: expected a count of predictions, got ${text.slice(0, 2000)}`);
  return Number(found);
}
