import { ClassifierError } from '../errors.ts';

/** Problem details, RFC 9457. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly request_id: string;
  readonly errors?: readonly RequestFault[];
}

/** One fault in a request: its path, such as `features[2]`, and what was expected there. */
export interface RequestFault {
  readonly path: string;
  readonly message: string;
}

/** Maximum faults that one answer lists. */
export const MAX_FAULTS = 20;

/** Collects the faults of a request, up to MAX_FAULTS. Whoever looks for faults stops when it is full. */
export class FaultList {
  readonly #faults: RequestFault[] = [];

  get faults(): readonly RequestFault[] {
    return this.#faults;
  }

  get isFull(): boolean {
    return this.#faults.length >= MAX_FAULTS;
  }

  add(path: string, message: string): void {
    if (!this.isFull) this.#faults.push({ path, message });
  }
}

/** Maximum bytes of an error's body. Names of columns and texts of clients may be long and many. */
export const MAX_PROBLEM_BYTES = 16 * 1024;

/**
 * In UTF-16 code units. A code unit takes at most 6 bytes, as an escape. With these limits at least one fault
 * always fits, although `detail` repeats it. A text of a member is at most a reason of 500 characters.
 */
const SHOWN_DETAIL = 1000;
const SHOWN_MEMBER = 1000;
const SHOWN_PATH = 300;
const SHOWN_MESSAGE = 800;

/** An error with its status and a message that the client may read. */
export class HttpError extends ClassifierError {
  readonly status: number;
  readonly faults: readonly RequestFault[];
  readonly headers: Readonly<Record<string, string>>;
  /** Additional members of the problem's body, such as the state that caused a conflict. */
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
  410: 'Gone',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/**
 * Builds the body of an error: problem details, RFC 9457, with `code`, `request_id`, the error's own members
 * and, if there are faults, `errors`. Every error is bounded here, at MAX_PROBLEM_BYTES: texts are cut, and
 * faults and members that do not fit are left out.
 */
export function problemOf(error: unknown, requestId: string): { status: number; problem: Problem } {
  const known = error instanceof HttpError ? error : undefined;
  const status = known?.status ?? 500;
  const problem = {
    type: 'about:blank',
    title: TITLES[status] ?? 'Error',
    status,
    detail: known
      ? cut(known.message, SHOWN_DETAIL)
      : 'The server failed to answer. The fault is logged under the request id.',
    code: known?.code ?? 'internal',
    request_id: requestId,
  };
  const body = withMembers(problem, known?.members ?? {});
  const left = MAX_PROBLEM_BYTES - Buffer.byteLength(JSON.stringify(body));
  const errors = fittingFaults(known?.faults ?? [], left);
  return { status, problem: errors.length > 0 ? { ...body, errors } : body };
}

function withMembers(problem: Problem, members: Readonly<Record<string, unknown>>): Problem {
  const text = JSON.stringify({ ...problem, ...members }, (_, value: unknown) =>
    typeof value === 'string' ? cut(value, SHOWN_MEMBER) : value,
  );
  return Buffer.byteLength(text) > MAX_PROBLEM_BYTES ? problem : (JSON.parse(text) as Problem);
}

/** `,"errors":[]` */
const LIST_BYTES = 12;

/** Shortens faults and returns the first ones that fit into this many bytes of JSON. */
function fittingFaults(faults: readonly RequestFault[], bytes: number): RequestFault[] {
  const fitting: RequestFault[] = [];
  let left = bytes - LIST_BYTES;
  for (const { path, message } of faults.slice(0, MAX_FAULTS)) {
    const fault = { path: cut(path, SHOWN_PATH), message: cut(message, SHOWN_MESSAGE) };
    left -= Buffer.byteLength(JSON.stringify(fault)) + 1;
    if (left < 0) break;
    fitting.push(fault);
  }
  return fitting;
}

const cut = (text: string, length: number) =>
  text.length <= length ? text : `${text.slice(0, length - 1).toWellFormed()}…`;
