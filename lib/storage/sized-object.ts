/** Where an object lies. Without `versionId` the newest version is meant. */
export interface ObjectLocation {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string | undefined;
}

/** An object whose size is known before its bytes are read. One of its two methods is to be called, once. */
export interface SizedObject {
  readonly sizeBytes: number;
  /** @throws Error when the body is not as long as was said, or breaks off */
  read(): Promise<Uint8Array<ArrayBuffer>>;
  /** Gives the connection back without reading. */
  discard(): void;
}

/**
 * Reads a body to its end without gathering it in pieces first, which would take twice its size.
 *
 * @throws Error when the body is not as long as was said
 */
export async function readInto(
  body: AsyncIterable<Uint8Array>,
  sizeBytes: number,
  at: ObjectLocation,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(sizeBytes);
  let length = 0;
  for await (const chunk of body) {
    if (length + chunk.length <= sizeBytes) bytes.set(chunk, length);
    length += chunk.length;
  }
  if (length === sizeBytes) return bytes;
  throw new Error(`${at.bucket}/${at.key}: expected ${sizeBytes} bytes, got ${length}; try again`);
}
