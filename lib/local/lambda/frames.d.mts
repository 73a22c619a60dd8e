/** What frames.mjs offers, for those who are written in TypeScript. */
export const CHANNEL_FD: 3;
export const MAX_RESPONSE_BYTES: number;

export function frame(head: unknown, body: string): Buffer;

export class FrameReader {
  /** @param onFrame is given a head as it was read from JSON */
  constructor(onFrame: (head: unknown, body: Buffer) => void);
  /** @throws SyntaxError when a head is no JSON */
  read(chunk: Buffer): void;
}
