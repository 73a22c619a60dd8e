import type { HttpError } from '../../lib/http/problem.ts';
import { invalidRequest } from '../../lib/http/request.ts';

/** How to send rows: for a body whose media type is none of these. */
export const BODY_FORMS =
  'Send the body as JSON, CSV or one JSON a line, with "Content-Type: application/json", "text/csv" or "application/x-ndjson".';

/** The error for `?join=input` where the answer is JSON. */
export const joinsNothing = (): HttpError =>
  invalidRequest([
    { path: 'query.join', message: 'only CSV and lines of JSON can hold the input: ask for one by "Accept"' },
  ]);
