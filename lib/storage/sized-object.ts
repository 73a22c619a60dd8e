/** The place of an object. Without `versionId`, the newest version. */
export interface ObjectLocation {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string | undefined;
}

/** An object whose size is known before its bytes are read. Call one of its two methods, once. */
export interface SizedObject {
  readonly sizeBytes: number;
  /** @throws Error when the body does not have the announced length, or breaks off */
  read(): Promise<Uint8Array<ArrayBuffer>>;
  /** Closes the response without reading it. */
  discard(): void;
}

/**
 * Reads a body into one buffer. Gathering pieces first would take twice its size.
 *
 * @throws Error when the body does not have the announced length
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
