/** What runtime-connection.mjs offers, for those who are written in TypeScript. */
export interface Reply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Map<string, string>;
  readonly body: string;
}

export class RuntimeConnection {
  constructor(runtimeApi: string, onGone: (error: Error | undefined) => void);
  next(): Promise<Reply>;
  post(
    path: string,
    document: string,
    also?: { readonly errorType?: string; readonly lines?: string },
  ): Promise<Reply>;
}
