import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { DEFAULT_MODEL } from '../names.ts';
import { type About, type ApiRoute, aboutOf, scopesOf } from '../routes.ts';
import { shown } from '../text-safety.ts';
import { type Caller, isForModel } from './access.ts';
import { HttpError } from './problem.ts';

/** How a request names the one model that it is about. */
const NAMED: Readonly<
  Record<Extract<About, 'default' | 'header'> | 'path', (event: APIGatewayProxyEventV2) => string>
> = {
  default: () => DEFAULT_MODEL,
  header: ({ headers }) => headers['x-model-name'] ?? DEFAULT_MODEL,
  // KServe's first protocol puts a verb behind the name; no name of a model has a colon.
  path: ({ pathParameters }) => (pathParameters?.model ?? '').split(':')[0]!,
};

/**
 * Checks that the caller's token holds for the model that a request names, before its handler runs. Whether
 * there is such a model is not looked up: a token learns nothing of models that it is not for. What is open
 * to strangers is open to every token.
 *
 * @throws HttpError 403
 */
export function checkModel(route: ApiRoute, event: APIGatewayProxyEventV2, caller: Caller): void {
  if (caller.models === 'all' || scopesOf(route).length === 0) return;
  const about = aboutOf(route);
  switch (about) {
    case 'nothing':
    case 'listed':
      return;
    case 'all':
      throw foreign('this is about all models', caller);
    default: {
      const model = NAMED[about](event);
      if (!isForModel(caller, model)) throw foreign(`this is about ${shown(model)}`, caller);
    }
  }
}

function foreign(what: string, { models }: Caller): HttpError {
  const listed = models === 'all' ? 'all models' : models.map((model) => `"${model}"`).join(', ');
  const message = `Your token is for ${listed} only, and ${what}. A token for more is made by the command "token -- create", with another --model or none.`;
  return new HttpError(403, 'forbidden', message, {
    headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' },
  });
}
