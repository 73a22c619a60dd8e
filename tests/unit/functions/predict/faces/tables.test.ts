import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { predictApi } from '../../../../helpers/predict-api.ts';
import { trainedOn } from '../../../../helpers/train-csv.ts';

/** Read and trained on as ingestion does. */
const IRIS = readFileSync(new URL('../../../../../data/raw/iris.csv', import.meta.url));
const [HEADER = '', ...ROWS] = IRIS.toString().trim().split(/\r?\n/);
const FEATURES = HEADER.split(',').slice(0, -1);
/** One of each class, and one between two. */
const SENT = [0, 50, 100, 133].map((at) => ROWS[at]!.split(',').slice(0, -1));

/** Prices with a decimal comma, between semicolons, in Windows-1252: a German spreadsheet's. */
const GERMAN = Array.from({ length: 60 }, (_, i) => [
  `${i},${i % 10}5`,
  ['K\u00f6ln', 'M\u00fcnchen', 'Bonn'][i % 3]!,
  i < 30 ? 'billig' : 'teuer',
]);
const GERMAN_HEADER = ['preis', 'stadt', 'klasse'];
const germanText = [GERMAN_HEADER, ...GERMAN].map((cells) => cells.join(';')).join('\r\n');

const latin1 = (text: string) => Buffer.from(text, 'latin1').toString('base64');

const api = predictApi({
  default: { bytes: await trainedOn(IRIS), dialect: { delimiter: ',', decimal: '.', encoding: 'utf-8' } },
  german: {
    bytes: await trainedOn(Buffer.from(germanText)),
    dialect: { delimiter: ';', decimal: ',', encoding: 'windows-1252' },
  },
  undated: { bytes: await trainedOn(IRIS) },
});

type Headers = Record<string, string>;
const send = (body: string, headers: Headers, query = '') =>
  api.call('POST /predict', { body, headers, query });
const sendTo = (model: string, options: NonNullable<Parameters<typeof api.call>[1]>) =>
  api.call('POST /models/{model}/predict', { pathParameters: { model }, ...options });
const csv = (type = 'text/csv') => ({ 'content-type': type });
const withHeader = (rows: readonly (readonly string[])[], delimiter = ',', names = FEATURES) =>
  [names, ...rows].map((cells) => `${cells.join(delimiter)}\n`).join('');

const plain = await api.call('POST /predict', {
  body: JSON.stringify({ instances: SENT.map((cells) => cells.map(Number)) }),
});
const predictions: { prediction: string; confidence: number }[] = plain.body.predictions;
const asCsv = `prediction,confidence\n${predictions.map((each) => `${each.prediction},${each.confidence}\n`).join('')}`;

describe('CSV on /predict', () => {
  it.each([
    ['a header', withHeader(SENT)],
    [
      'a header in another order, with the label',
      withHeader(
        SENT.map((cells) => [...cells].reverse().concat('?')),
        ',',
        [...FEATURES].reverse().concat('species'),
      ),
    ],
    ['no header', withHeader(SENT, ',').split('\n').slice(1).join('\n')],
    ['semicolons', withHeader(SENT, ';')],
    ['tabs and CRLF', withHeader(SENT, '\t').replaceAll('\n', '\r\n')],
    ['a byte order mark', `\ufeff${withHeader(SENT)}`],
    ['quotes and blank lines', `${withHeader(SENT.map((cells) => cells.map((cell) => `"${cell}"`)))}\n\n`],
  ])('answers the rows of a table with %s', async (_, body) => {
    const { status, text, headers } = await send(body, csv());
    expect({ status, text }).toEqual({ status: 200, text: expect.stringContaining('prediction') });
    const rows = text
      .trim()
      .split(/\n/)
      .map((line) => line.split(/[,;\t]/));
    expect(rows.slice(1)).toEqual(predictions.map((each) => [each.prediction, String(each.confidence)]));
    expect(headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'x-model-version': 'v1',
      'x-prediction-id': expect.stringMatching(/^[0-9a-f]{32}/),
    });
  });

  it('answers one row without a header, also where nobody knows how the file was written', async () => {
    for (const model of ['default', 'undated']) {
      const { status, text } = await sendTo(model, { body: '5.1,3.5,1.4,0.2', headers: csv() });
      expect({ status, text }).toEqual({ status: 200, text: expect.stringMatching(/\nsetosa,0\.\d+\n$/) });
    }
  });

  it("reads rows in the dialect of the model's own file, which one row cannot show", async () => {
    for (const body of [
      '3,45;Bonn',
      '59,95;Bonn\n',
      'preis;stadt\n3,45;K\u00f6ln\n',
      'stadt,preis\nBonn,3.45',
    ]) {
      const { status, text } = await sendTo('german', { body, headers: csv() });
      expect({ body, status, text }).toEqual({ body, status: 200, text: expect.any(String) });
      expect(text).toMatch(body.startsWith('59') ? /\nteuer;/ : /\nbillig[;,]/);
    }
  });

  it('reads the encoding that is declared, and else that of the file', async () => {
    const known = await sendTo('german', { body: '3,45;K\u00f6ln', headers: csv() });
    expect(known.headers).not.toHaveProperty('x-unseen-categories');
    for (const type of ['text/csv', 'text/csv; charset=iso-8859-1']) {
      const options = { body: latin1('3,45;K\u00f6ln'), isBase64Encoded: true, headers: csv(type) };
      const answer = await sendTo('german', options);
      expect(answer.text).toBe(known.text);
      expect(answer.headers).not.toHaveProperty('x-unseen-categories');
    }
    // A byte order mark is certain, whatever the file was written in.
    for (const [model, text] of [
      ['default', withHeader(SENT)],
      ['german', '3,45;K\u00f6ln\n'],
    ] as const) {
      const body = Buffer.from(`\ufeff${text}`, 'utf16le').toString('base64');
      const marked = await sendTo(model, { body, isBase64Encoded: true, headers: csv() });
      const plainText = await sendTo(model, { body: text, headers: csv() });
      expect({ status: marked.status, text: marked.text }).toEqual({ status: 200, text: plainText.text });
    }
    const unknown = await send('1,2,3,4', csv('text/csv; charset=klingon'));
    expect(unknown).toMatchObject({ status: 415, body: { code: 'media_type' } });
  });

  it('joins the rows that were sent, and lets no spreadsheet execute them', async () => {
    const names = [...FEATURES, 'note'];
    const rows = SENT.map((cells, i) => [...cells, i === 0 ? '=1+1' : `n${i}`]);
    const { text, headers } = await send(withHeader(rows, ',', names), csv(), 'join=input');
    const [head, first, second] = text.split('\n');
    expect(head).toBe(`${names.join(',')},prediction,confidence`);
    expect(first).toBe(`${SENT[0]!.join(',')},'=1+1,setosa,${predictions[0]!.confidence}`);
    expect(second).toBe(
      `${SENT[1]!.join(',')},n1,${predictions[1]!.prediction},${predictions[1]!.confidence}`,
    );
    expect(headers['x-ignored-columns']).toBe('note;count=4');
  });

  it('answers in the form that Accept names', async () => {
    const body = withHeader(SENT);
    const json = await send(body, { ...csv(), accept: 'application/json' });
    expect(json.body).toEqual(plain.body);
    const lines = await send(body, { ...csv(), accept: 'application/x-ndjson' });
    expect(
      lines.text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(predictions);
    expect((await send(body, { ...csv(), accept: '*/*' })).text).toBe(asCsv);
    expect((await send(body, { ...csv(), accept: 'application/json;q=0.1, text/csv' })).text).toBe(asCsv);
    const sent = JSON.stringify({ instances: SENT.map((cells) => cells.map(Number)) });
    const fromJson = await send(sent, { accept: 'text/csv' });
    expect(fromJson.text).toBe(asCsv);
    const joined = await send(sent, { accept: 'text/csv' }, 'join=input');
    expect(joined.text.split('\n')[1]).toBe(`5.1,3.5,1.4,0.2,setosa,${predictions[0]!.confidence}`);
  });

  it('explains, with the reasons that fit into cells', async () => {
    const { text } = await send(withHeader(SENT), csv(), 'explain=true');
    expect(text.split('\n')[0]).toBe('prediction,confidence,vote_share,novelty_percentile,is_novel');
    expect(text.split('\n')[1]).toMatch(/^setosa,0\.\d+,1,0[.\d]*,false$/);
    const tooMany = withHeader(Array(101).fill(SENT[0]));
    expect((await send(tooMany, csv(), 'explain=true')).body).toMatchObject({
      status: 400,
      errors: [{ path: 'line 102', message: 'expected at most 100 rows' }],
    });
  });

  it.each([
    ['no row', withHeader([]), 'invalid_request', /at least one row/],
    ['an empty body', '', 'csv', /empty/],
    [
      'a cell that is no number',
      withHeader([...SENT, ['5', 'x', '1', '1']]),
      'invalid_request',
      /^line 6, sepal_width: .*"x"/,
    ],
    ['too few fields', withHeader([['1', '2', '3']]), 'invalid_request', /^line 2: expected 4 fields, got 3/],
    [
      'too few fields in one row',
      withHeader([...SENT, ['1']]),
      'invalid_request',
      /^line 6: expected 4 fields, got 1/,
    ],
    ['other columns', 'a,b\n1,2\n', 'csv', /sepal_length/],
    [
      'a header that lacks a feature',
      withHeader([['1', '2', '3', '4']], ',', ['sepal_length', 'sepal_width', 'petal_length', 'petal']),
      'csv',
      /petal_width/,
    ],
    ['a NUL', 'a\0b', 'csv', /NUL/],
    ['an open quote', '"5.1,3.5,1.4,0.2', 'csv', /quot/],
    [
      'more rows than are taken',
      withHeader(Array(10_001).fill(['1', '1', '1', '1'])),
      'invalid_request',
      /^line 10002: expected at most 10000 rows/,
    ],
  ])('refuses %s, with the line', async (_, body, code, detail) => {
    const { status, body: problem } = await send(body, csv());
    expect({ status, ...problem }).toMatchObject({
      status: 400,
      code,
      detail: expect.stringMatching(detail),
    });
  });

  it.each([
    ['join=output', csv(), 'query.join'],
    ['join=input', { ...csv(), accept: 'application/json' }, 'query.join'],
    ['pretty=1', csv(), 'query.pretty'],
  ])('refuses ?%s', async (query, headers, path) => {
    const { body } = await send(withHeader(SENT), headers, query);
    expect(body).toMatchObject({ status: 400, errors: [{ path }] });
  });

  it('is bounded as JSON is', async () => {
    const small = predictApi({ default: { bytes: await trainedOn(IRIS) } }, undefined, 100);
    const large = await small.call('POST /predict', { body: withHeader(SENT), headers: csv() });
    expect(large).toMatchObject({ status: 413, body: { code: 'body_size' } });
    const packed = await send(withHeader(SENT), { ...csv(), 'content-encoding': 'gzip' });
    expect(packed).toMatchObject({ status: 415, body: { code: 'content_encoding' } });
  });
});

describe('a file in a form on /predict', () => {
  const boundary = '----formdata';
  const part = (name: string, content: string, more = '') =>
    `--${boundary}\r\nContent-Disposition: form-data; name="file"${name === '' ? '' : `; filename="${name}"`}\r\n${more}\r\n${content}\r\n`;
  const sendForm = (parts: string, headers: Headers = {}) =>
    api.call('POST /predict', {
      body: Buffer.from(`${parts}--${boundary}--\r\n`).toString('base64'),
      isBase64Encoded: true,
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, ...headers },
    });

  it.each([
    ['iris.csv', 'Content-Type: text/csv\r\n'],
    ['iris.csv', 'Content-Type: application/octet-stream\r\n'],
    ['IRIS.TXT', ''],
    ['iris', 'Content-Type: text/csv\r\n'],
  ])('is read as it is called or declared: %s %j', async (name, more) => {
    const { status, text } = await sendForm(part(name, withHeader(SENT), more));
    expect({ status, text }).toEqual({ status: 200, text: asCsv });
  });

  it('may hold lines of JSON, and other fields beside it', async () => {
    const lines = SENT.map((cells) => `[${cells.join(',')}]\n`).join('');
    const parts = part('', 'a note') + part('rows.jsonl', lines);
    expect((await sendForm(parts, { accept: 'text/csv' })).text).toBe(asCsv);
  });

  it.each([
    ['no file', part('', 'a note'), 400, 'form'],
    ['two files', part('a.csv', withHeader(SENT)) + part('b.csv', withHeader(SENT)), 400, 'form'],
    ['no form', 'nothing of the kind', 400, 'form'],
    ['a file of another kind', part('a.pdf', 'x', 'Content-Type: application/pdf\r\n'), 415, 'media_type'],
  ])('is refused with %s', async (_, parts, status, code) => {
    expect(await sendForm(parts)).toMatchObject({ status, body: { code } });
  });
});

describe('a body of JSON on /predict', () => {
  it('is not joined to an answer in JSON, which is said', async () => {
    const body = JSON.stringify({ features: [5.1, 3.5, 1.4, 0.2] });
    const joined = await send(body, { 'content-type': 'application/json' }, 'join=input');
    expect(joined).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(joined.body.detail).toMatch(/^query\.join: only CSV and lines of JSON can hold the input/);
    const asTable = await send(
      body,
      { 'content-type': 'application/json', accept: 'text/csv' },
      'join=input',
    );
    expect(asTable).toMatchObject({ status: 200, text: expect.stringContaining('sepal_length') });
  });

  it('is told of the other forms when it has no media type that is read', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      const answer = await send('5.1,3.5,1.4,0.2', { 'content-type': type });
      expect(answer).toMatchObject({ status: 415, body: { code: 'media_type' } });
      for (const form of ['application/json', 'text/csv', 'application/x-ndjson'])
        expect(answer.body.detail).toContain(form);
    }
  });
});

describe('lines of JSON on /predict', () => {
  const LINES = { 'content-type': 'application/x-ndjson' };
  const asLines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

  it('are rows by place, by name, or as the body of one prediction', async () => {
    const numbers = SENT.map((cells) => cells.map(Number));
    const byName = numbers.map((cells) => Object.fromEntries(cells.map((cell, i) => [FEATURES[i], cell])));
    for (const rows of [numbers, byName, numbers.map((features) => ({ features }))]) {
      const { status, text, headers } = await send(`${asLines(rows)}\n`, LINES);
      expect(status).toBe(200);
      expect(headers['content-type']).toBe('application/x-ndjson');
      expect(
        text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      ).toEqual(predictions);
    }
    const joined = await send(asLines(byName), LINES, 'join=input');
    expect(JSON.parse(joined.text.split('\n')[0]!)).toEqual({ input: byName[0], ...predictions[0] });
    const table = await send(asLines(numbers), { ...LINES, accept: 'text/csv' });
    expect(table.text).toBe(asCsv);
  });

  it('explain as a single prediction does', async () => {
    const one = await api.call('POST /predict', {
      body: '{"features":[5.1,3.5,1.4,0.2]}',
      query: 'explain=true',
    });
    const { model_version: _, ...expected } = one.body;
    const { text } = await send('[5.1,3.5,1.4,0.2]\n', LINES, 'explain=true');
    expect(JSON.parse(text)).toEqual(expected);
  });

  it.each([
    ['[5.1,3.5,1.4,0.2]\n[1,2,', 'json', /: line 2, column 6: /],
    ['[5.1,3.5,1.4,0.2]\n\n[5.1,NaN,1.4,0.2]', 'json', /: line 3, column 6: NaN /],
    ['\ufeff[1,2,3,4]', 'json', /: line 1, column 1: .*byte order mark/],
    ['[1,2,3,4]\n{"a":1,"a":2}', 'json_duplicate', /^line 2: a: /],
    ['[5.1,3.5,1.4,0.2]\n\n{"a":1,"a":2}', 'json_duplicate', /^line 3: /],
    ['[5.1,3.5,1.4]', 'invalid_request', /^line 1: expected 4 values/],
    ['7', 'invalid_request', /^line 1: expected an array/],
    ['\n \n', 'invalid_request', /at least one row/],
    ['[1,1,1,1]\n'.repeat(10_001), 'invalid_request', /^line 10001: expected at most 10000 rows/],
  ])('refuse %j, with the line', async (body, code, detail) => {
    const { body: problem } = await send(body, LINES);
    expect(problem).toMatchObject({ status: 400, code, detail: expect.stringMatching(detail) });
  });
});
