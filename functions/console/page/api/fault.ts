/** The problem details of an answer (RFC 9457), as far as the console reads them. */
export interface Problem {
  readonly detail?: string;
  readonly code?: string;
  readonly request_id?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  /** Of a 409: the newest decision. */
  readonly current?: unknown;
  /** What the gateway itself answers has only this. */
  readonly message?: string;
}

export type FaultKind =
  | 'offline'
  | 'unauthorized'
  | 'forbidden'
  | 'missing'
  | 'conflict'
  | 'invalid'
  | 'unavailable'
  | 'server';

const KINDS: Readonly<Record<number, FaultKind>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'missing',
  409: 'conflict',
  429: 'unavailable',
  503: 'unavailable',
};

/** A request that got no answer, or one that is no success. */
export class ApiFault extends Error {
  readonly kind: FaultKind;
  readonly problem: Problem;

  constructor(kind: FaultKind, message: string, problem: Problem = {}) {
    super(message);
    this.name = 'ApiFault';
    this.kind = kind;
    this.problem = problem;
  }

  /** The fault that an answer's status and body describe. */
  static of(status: number, body: string): ApiFault {
    const problem = problemOf(body);
    const kind = KINDS[status] ?? (status >= 500 ? 'server' : 'invalid');
    const message = problem.detail ?? problem.message ?? `The API answered with the status ${status}.`;
    return new ApiFault(kind, message, problem);
  }

  /** What the browser reports when no answer came. */
  static offline(): ApiFault {
    return new ApiFault('offline', 'The API does not answer.');
  }
}

function problemOf(body: string): Problem {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    // A proxy between here and the API may answer with a page of its own.
    return {};
  }
}
