import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UploadState, UploadTicket } from '../../lib/http/schemas/uploads-api.ts';
import { apiContract } from '../helpers/api-contract.ts';
import { bearerToken } from '../helpers/api-tokens.ts';
import { eventually, startTestStack, type TestStack } from '../helpers/stack.ts';

const contract = apiContract();
const ROUTES = {
  start: 'POST /models/{model}/uploads',
  state: 'GET /models/{model}/uploads/{id}',
  report: 'GET /models/{model}/uploads/{id}/report',
  rejects: 'GET /models/{model}/uploads/{id}/rejects',
  contract: 'GET /models/{model}/contract',
  preview: 'POST /models/{model}/preview',
  versionReport: 'GET /models/{model}/versions/{version}/report',
  artifact: 'GET /models/{model}/versions/{version}/artifact',
} as const;

let stack: TestStack;
let iris: Buffer;
let tokens: Readonly<Record<'upload' | 'admin' | 'read' | 'predict', string>>;
beforeAll(async () => {
  stack = await startTestStack(undefined, { auth: true });
  iris = await readFile(new URL('../../data/raw/iris.csv', import.meta.url));
  const [upload, admin, read, predict] = await Promise.all(
    (['upload', 'admin', 'read', 'predict'] as const).map((scope) => bearerToken(stack, [scope])),
  );
  tokens = { upload: upload!, admin: admin!, read: read!, predict: predict! };
});
afterAll(() => stack.dispose());

interface Asked {
  readonly path: string;
  readonly token?: string;
  readonly body?: unknown;
  readonly accept?: string;
}

/** Asks a route, and holds its answer to the document. */
async function ask(route: keyof typeof ROUTES, { path, token = tokens.upload, body, accept }: Asked) {
  const answer = await fetch(`${stack.urls.http}${path}`, {
    method: ROUTES[route].split(' ')[0]!,
    redirect: 'manual',
    headers: {
      authorization: token,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(accept === undefined ? {} : { accept }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const wire = {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    body: Buffer.from(await answer.arrayBuffer()),
  };
  expect(contract.difference(ROUTES[route], wire)).toBeUndefined();
  const isJson = /json/.test(wire.headers['content-type'] ?? '');
  return { ...wire, text: wire.body.toString(), json: isJson ? JSON.parse(wire.body.toString()) : undefined };
}

async function start(model: string, body: unknown): Promise<UploadTicket> {
  const { status, json } = await ask('start', { path: `/models/${model}/uploads`, body });
  expect(status).toBe(201);
  return json as UploadTicket;
}

async function put({ url, headers }: UploadTicket, body: Buffer | string) {
  const answer = await fetch(url, { method: 'PUT', headers, body });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}

async function stateOf(model: string, id: string): Promise<UploadState> {
  const { status, json } = await ask('state', { path: `/models/${model}/uploads/${id}` });
  expect(status).toBe(200);
  return json as UploadState;
}

const done = (model: string, id: string) =>
  eventually(`the upload to be done`, async () => {
    const state = await stateOf(model, id);
    return state.is_done ? state : undefined;
  });

/** Sends a file, and waits for what becomes of it. */
async function send(model: string, fileName: string, content: Buffer | string, label?: string) {
  const size_bytes = Buffer.byteLength(content);
  const ticket = await start(model, { file_name: fileName, size_bytes, ...(label ? { label } : {}) });
  expect(await put(ticket, content)).toMatchObject({ status: 200 });
  return { ticket, state: await done(model, ticket.id) };
}

const table = (rows: number, row: (at: number) => string) =>
  `height,weight,kind\n${Array.from({ length: rows }, (_, i) => row(i)).join('')}`;

describe('an upload through the API', () => {
  it('is followed from the address to the version that answers', async () => {
    const ticket = await start('flowers', {
      file_name: 'C:\\fakepath\\iris.csv',
      size_bytes: iris.length,
      label: 'species',
    });
    expect(ticket).toMatchObject({ key: 'flowers/iris.csv', method: 'PUT', size_bytes: iris.length });
    expect(await stateOf('flowers', ticket.id)).toMatchObject({
      ...{ state: 'waiting', upload_id: null, version_id: null, expires_at: ticket.expires_at },
      stages: [
        { stage: 'send', status: 'waiting' },
        { stage: 'read', status: 'waiting' },
        { stage: 'train', status: 'waiting' },
        { stage: 'promote', status: 'waiting' },
      ],
    });
    const stored = await put(ticket, iris);
    expect(stored.status).toBe(200);
    const state = await done('flowers', ticket.id);
    expect(state).toMatchObject({
      ...{ state: 'promoted', version: 1, refusal: null, expires_at: null, phase: null, read_again: null },
      version_id: stored.headers.get('x-amz-version-id'),
      rows: { read: 150, accepted: 150, rejected: 0, blank: 0 },
      stages: [
        { stage: 'send', status: 'done' },
        { stage: 'read', status: 'done' },
        { stage: 'train', status: 'done' },
        { stage: 'promote', status: 'done' },
      ],
    });
    const listed = await stateOf('flowers', state.upload_id!);
    expect(listed).toEqual({ ...state, id: state.upload_id });
  });

  it('gives the report and the rejected rows of it, by either id', async () => {
    const bad = table(80, (i) => `${i === 9 ? '=cmd' : `${i % 7}.5`},${i % 5}.5,${i % 2 ? 'cat' : 'dog'}\n`);
    const { ticket, state } = await send('animals', 'animals.csv', bad);
    for (const id of [ticket.id, state.upload_id!]) {
      const report = await ask('report', { path: `/models/animals/uploads/${id}/report` });
      expect(report.json).toMatchObject({ rows: { accepted: 79, rejected: 1 }, label: 'kind' });
      expect(report.headers.vary).toContain('Accept');
      const rejects = await ask('rejects', { path: `/models/animals/uploads/${id}/rejects` });
      expect(rejects.text.split('\r\n')[1]).toBe("11,height,number,'=cmd");
    }
    const page = await ask('report', {
      path: `/models/animals/uploads/${ticket.id}/report`,
      accept: 'text/html',
    });
    expect(page.text).toMatch(/^<!doctype html>[\s\S]*animals\.csv/);
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  });

  it('takes the label that was signed, in any script', async () => {
    const text = table(80, (i) => `${i % 7}.5,${i % 2 ? 'cat' : 'dog'},${i % 5}.5\n`).replace(
      'weight',
      'الصنف 数 =?',
    );
    const { state, ticket } = await send('scripts', 'scripts.csv', text, 'الصنف 数 =?');
    expect(state.state).toMatch(/registered|promoted/);
    const { json } = await ask('report', { path: `/models/scripts/uploads/${ticket.id}/report` });
    expect(json.understood.label).toMatchObject({ name: 'الصنف 数 =?', chosen_by: 'metadata' });
  });

  it('says why a file is refused, where, and what to change', async () => {
    const { ticket, state } = await send('refused', 'few.csv', 'height,kind\n1,"x\n');
    expect(state).toMatchObject({
      ...{ state: 'refused', version: null, rows: null },
      refusal: { code: 'quoting', line: 2 },
      stages: [{ status: 'done' }, { status: 'failed' }, { status: 'skipped' }, { status: 'skipped' }],
    });
    expect(state.refusal!.understood).toMatchObject({ format: 'csv' });
    const path = `/models/refused/uploads/${ticket.id}`;
    expect((await ask('report', { path: `${path}/report` })).json).toMatchObject({ code: 'quoting' });
    const page = await ask('report', { path: `${path}/report`, accept: 'text/html' });
    expect(page.text).toMatch(/^<!doctype html>[\s\S]*at line 2/);
    expect(await ask('rejects', { path: `${path}/rejects` })).toMatchObject({
      status: 404,
      json: { code: 'no_rejects' },
    });
  });

  it('keeps the rejected rows of a file that is refused for them', async () => {
    const rows = table(80, (i) => `${i % 7}.5,${i % 5}.5${i % 4 ? `,${i % 3 ? 'cat' : 'dog'}` : ''}\n`);
    const { ticket, state } = await send('rows', 'rows.csv', rows);
    expect(state.refusal).toMatchObject({ code: 'rejected_share' });
    const { text } = await ask('rejects', { path: `/models/rows/uploads/${ticket.id}/rejects` });
    expect(text.trimEnd().split('\r\n')).toHaveLength(21);
  });

  it('shows hostile names literally in the page of a refusal', async () => {
    const { ticket } = await send(
      'hostile',
      'x.csv',
      '"<script>alert(1)</script>","<script>alert(1)</script>"\n1,x\n2,y\n',
    );
    const { text } = await ask('report', {
      path: `/models/hostile/uploads/${ticket.id}/report`,
      accept: 'text/html',
    });
    expect(text).not.toContain('<script>');
    expect(text).toContain('&lt;script&gt;');
  });

  it('sends a contract the same way, under which the newest file is read again', async () => {
    const text = table(80, (i) => `${i % 3}.5,${i % 5}.5,${i % 2 ? 'cat' : 'dog'}\n`);
    await send('pinned', 'pinned.csv', text);
    expect((await ask('contract', { path: '/models/pinned/contract' })).json).toMatchObject({
      key: 'pinned/schema.json',
      contract: null,
      text: null,
    });
    const schema = JSON.stringify({ label: 'kind', ignore: ['weight'] });
    const { state, ticket } = await send('pinned', 'schema.json', schema);
    expect(ticket.headers['content-type']).toBe('application/json');
    expect(state).toMatchObject({
      state: 'applied',
      stages: [
        { stage: 'send', status: 'done' },
        { stage: 'read', status: 'done' },
      ],
    });
    const again = await done('pinned', state.read_again!);
    expect(again).toMatchObject({ key: 'pinned/pinned.csv', rows: { accepted: 80 } });
    const { json } = await ask('report', { path: `/models/pinned/uploads/${state.read_again}/report` });
    expect(json.understood.ignored).toEqual([{ name: 'weight', reason: 'contract' }]);
    expect((await ask('contract', { path: '/models/pinned/contract' })).json).toMatchObject({
      ...{ text: schema, fault: null, version_id: state.version_id },
      contract: { label: 'kind', ignore: ['weight'] },
    });
    const faulty = await send('pinned', 'schema.json', '{"lable":"kind"}');
    expect(faulty.state).toMatchObject({ state: 'refused', refusal: { code: 'contract' } });
    expect((await ask('contract', { path: '/models/pinned/contract' })).json).toMatchObject({
      contract: null,
      fault: { code: 'contract' },
    });
  });

  it('tells two files of one name apart', async () => {
    const of = (height: number) => table(60, (i) => `${height}.5,${i % 5}.5,${i % 2 ? 'cat' : 'dog'}\n`);
    const first = await send('twice', 'twice.csv', of(1));
    const second = await send('twice', 'twice.csv', of(2));
    expect(second.state.version_id).not.toBe(first.state.version_id);
    expect(await stateOf('twice', first.ticket.id)).toEqual(first.state);
    expect(await stateOf('twice', second.ticket.id)).toEqual(second.state);
  });

  it.each([
    ['a name that nothing reads', { file_name: 'x.xlsx', size_bytes: 1 }, 'file_name'],
    ['no size', { file_name: 'x.csv' }, 'invalid_request'],
    ['a size above 5 GiB', { file_name: 'x.csv', size_bytes: 5 * 1024 ** 3 + 1 }, 'invalid_request'],
    ['a label with a line end', { file_name: 'x.csv', size_bytes: 1, label: 'a\r\nb' }, 'invalid_request'],
    [
      'a media type that would be two headers',
      { file_name: 'x.csv', size_bytes: 1, content_type: 'text/csv\r\nx: y' },
      'invalid_request',
    ],
    ['an unknown member', { file_name: 'x.csv', size_bytes: 1, key: 'other/x.csv' }, 'invalid_request'],
  ])('has no address for %s', async (_, body, code) => {
    expect(await ask('start', { path: '/models/none/uploads', body })).toMatchObject({
      status: 400,
      json: { code },
    });
  });

  it.each(['0'.repeat(64), 'x', '%00', 'e30', `${'A'.repeat(690)}`])(
    'is unknown with the id %s',
    async (id) => {
      for (const [route, end] of [
        ['state', ''],
        ['report', '/report'],
        ['rejects', '/rejects'],
      ] as const) {
        const answer = await ask(route, { path: `/models/none/uploads/${id}${end}` });
        expect([answer.status, answer.json.code]).toEqual([404, 'unknown_upload']);
      }
    },
  );

  it('has no report before it arrived', async () => {
    const { id } = await start('none', { file_name: 'x.csv', size_bytes: 1 });
    const answer = await ask('report', { path: `/models/none/uploads/${id}/report` });
    expect([answer.status, answer.json.code]).toEqual([404, 'no_report']);
  });
});

describe('a signed address', () => {
  const changed = {
    'another size': async (ticket: UploadTicket) => put(ticket, 'a,b\n1,2\n'),
    'another label': async (ticket: UploadTicket) =>
      put({ ...ticket, headers: { ...ticket.headers, 'x-amz-meta-label': 'a' } }, 'a,b\n'),
    'another ticket': async (ticket: UploadTicket) =>
      put({ ...ticket, headers: { ...ticket.headers, 'x-amz-meta-upload-ticket': 'x' } }, 'a,b\n'),
    'another key': async (ticket: UploadTicket) =>
      put({ ...ticket, url: ticket.url.replace('/strict/', '/other/') }, 'a,b\n'),
    'a later expiry': async (ticket: UploadTicket) =>
      put({ ...ticket, url: ticket.url.replace('X-Amz-Expires=900', 'X-Amz-Expires=901') }, 'a,b\n'),
  };

  it.each(Object.entries(changed))('is refused with %s', async (_, send) => {
    const ticket = await start('strict', { file_name: 'x.csv', size_bytes: 4, label: 'b' });
    expect(ticket.url).toContain('X-Amz-Expires=900');
    const { status, text } = await send(ticket);
    expect(status).toBe(403);
    expect(text).toContain('<Code>SignatureDoesNotMatch</Code>');
    expect((await stateOf('strict', ticket.id)).state).toBe('waiting');
  });

  it('may be used by a page of the API, and by no other', async () => {
    const ticket = await start('strict', { file_name: 'x.csv', size_bytes: 4, label: 'b' });
    const preflight = (origin: string) =>
      fetch(ticket.url, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'PUT',
          'access-control-request-headers': Object.keys(ticket.headers).join(','),
        },
      });
    const own = new URL(stack.urls.http);
    for (const origin of [own.origin, `http://localhost:${own.port}`]) {
      const answer = await preflight(origin);
      expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
    }
    expect((await preflight('https://elsewhere.example')).status).toBe(403);
  });

  it.each(['read', 'predict'] as const)('is not given to a token with %s only', async (scope) => {
    const body = { file_name: 'x.csv', size_bytes: 4 };
    const asked = { path: '/models/strict/uploads', body, token: tokens[scope] };
    expect(await ask('start', asked)).toMatchObject({ status: 403, json: { code: 'forbidden' } });
  });

  it('is given to a token with admin, which may follow it too', async () => {
    const { admin: token } = tokens;
    const body = { file_name: 'x.csv', size_bytes: 4 };
    const { status, json } = await ask('start', { path: '/models/strict/uploads', body, token });
    expect(status).toBe(201);
    const path = `/models/strict/uploads/${json.id}`;
    expect((await ask('state', { path, token })).json.state).toBe('waiting');
  });
});

describe('the files of a version', () => {
  it('are its report, as JSON and as a page', async () => {
    const path = '/models/flowers/versions/1/report';
    const report = await ask('versionReport', { path, token: tokens.read });
    expect(report.json.classes).toEqual(['setosa', 'versicolor', 'virginica']);
    const page = await ask('versionReport', { path, token: tokens.read, accept: 'text/html' });
    expect(page.text).toMatch(/^<!doctype html>/);
  });

  it('are its artifact, for admin only, whose address needs no token', async () => {
    const path = '/models/flowers/versions/v1/artifact';
    expect((await ask('artifact', { path, token: tokens.read })).status).toBe(403);
    const { status, json, headers } = await ask('artifact', { path, token: tokens.admin });
    expect([status, headers.location]).toEqual([307, json.url]);
    const artifact = await fetch(json.url);
    expect(artifact.headers.get('content-disposition')).toBe('attachment; filename="flowers-v1.knn"');
    expect(
      Buffer.from(await artifact.arrayBuffer())
        .subarray(0, 3)
        .toString(),
    ).toBe('KNN');
  });

  it.each([
    ['versionReport', '/models/flowers/versions/9/report', 'unknown_version'],
    ['artifact', '/models/flowers/versions/9/artifact', 'unknown_version'],
    ['artifact', '/models/nothing/versions/1/artifact', 'unknown_model'],
  ] as const)('are a 404 of %s %s: %s', async (route, path, code) => {
    const token = route === 'artifact' ? tokens.admin : tokens.read;
    expect(await ask(route, { path, token })).toMatchObject({ status: 404, json: { code } });
  });
});

describe('a preview', () => {
  const asked = (body: unknown, token = tokens.upload) => ({ path: '/models/flowers/preview', body, token });

  it('says how a table would be read, and stores nothing', async () => {
    const body = { file_name: 'iris.csv', content_base64: iris.toString('base64') };
    const { json } = await ask('preview', asked(body));
    expect(json).toMatchObject({ key: 'flowers/iris.csv', fault: null, rows: { accepted: 150 } });
    expect(json.first_rows.rows[0]).toEqual([5.1, 3.5, 1.4, 0.2, 'setosa']);
    const { uploads } = (await (
      await fetch(`${stack.urls.http}/models/flowers/uploads`, { headers: { authorization: tokens.read } })
    ).json()) as { uploads: unknown[] };
    expect(uploads).toHaveLength(1);
  });

  it('takes the first MiB of a file, and no more', async () => {
    const row = '1.5,2.5,cat\n2.5,1.5,dog\n';
    const text = `height,weight,kind\n${row.repeat(50_000)}`;
    const body = (bytes: number) => ({
      file_name: 'x.csv',
      content_base64: Buffer.from(text).subarray(0, bytes).toString('base64'),
      contract: { label: 'kind' },
    });
    const { json } = await ask('preview', asked(body(1024 ** 2)));
    expect(json).toMatchObject({ is_whole: false, fault: null });
    expect(await ask('preview', asked(body(1024 ** 2 + 1)))).toMatchObject({
      status: 400,
      json: { code: 'invalid_request', errors: [{ path: 'content_base64' }] },
    });
    expect(await ask('preview', asked(body(1.2 * 1024 ** 2)))).toMatchObject({
      status: 413,
      json: { code: 'body_size' },
    });
  });

  it.each(['read', 'predict'] as const)('is refused to a token with %s only', async (scope) => {
    const body = { file_name: 'iris.csv', content_base64: '' };
    expect((await ask('preview', asked(body, tokens[scope]))).status).toBe(403);
  });

  it.each(['schema.json', 'x.pdf'])('is a 400 of %s', async (file_name) => {
    expect(await ask('preview', asked({ file_name, content_base64: '' }))).toMatchObject({
      status: 400,
      json: { code: 'file_name' },
    });
  });
});
