import type { HttpAnswer } from '../../lib/http/stack.ts';

let text: Promise<string> | undefined;

/** `GET /openapi.json`. The first request builds the document, so that other requests start faster. */
export async function answerOpenApi(): Promise<HttpAnswer> {
  text ??= import('../../lib/http/openapi/document.ts').then(({ openApiDocument }) =>
    JSON.stringify(openApiDocument()),
  );
  return {
    statusCode: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-cache' },
    body: await text,
  };
}
