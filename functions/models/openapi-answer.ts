import type { HttpAnswer } from '../../lib/http/stack.ts';

let text: Promise<string> | undefined;

/** `GET /openapi.json`. The document and what makes it are evaluated when it is first asked for, so that other calls start without. */
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
