import { ClassifierError } from '../errors.ts';

/** One fault in a request: where, as a path like `features[2]`, and what was expected there. */
export interface RequestFault {
  readonly path: string;
  readonly message: string;
}

/** An answer that is an error: its status, and a text that a client may read. */
export class HttpError extends ClassifierError {
  readonly status: number;
  readonly faults: readonly RequestFault[];
  readonly headers: Readonly<Record<string, string>>;
  /** Further members of the problem's body, such as the state that a conflict was with. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    code: string,
    message: string,
    options: {
      faults?: readonly RequestFault[];
      headers?: Readonly<Record<string, string>>;
      members?: Readonly<Record<string, unknown>>;
      cause?: unknown;
    } = {},
  ) {
    super(code, message, { exposable: true, ...('cause' in options ? { cause: options.cause } : {}) });
    this.status = status;
    this.faults = options.faults ?? [];
    this.headers = options.headers ?? {};
    this.members = options.members ?? {};
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/**
 * The body of an error answer: problem details, RFC 9457, with `code`, `request_id`, the error's own members and, where there are any,
 * `errors`.
 */
export function problemBody(error: unknown, requestId: string): { status: number; body: string } {
  const known = error instanceof HttpError ? error : undefined;
  const status = known?.status ?? 500;
  const body = {
    type: 'about:blank',
    title: TITLES[status] ?? 'Error',
    status,
    detail: known?.message ?? 'The server failed to answer. The fault is logged under the request id.',
    code: known?.code ?? 'internal',
    request_id: requestId,
    ...known?.members,
    ...(known && known.faults.length > 0 ? { errors: known.faults } : {}),
  };
  return { status, body: JSON.stringify(body) };
}
