import type { BatchAccepted, BatchDetail } from '../../../../lib/http/schemas/batches-api.ts';
import { modelPath, sendJson } from '../api/client.ts';
import { sendToStore } from '../api/send-to-store.ts';

/** What of an answer is chosen for a file, and which version answers; the champion where that is null. */
export interface Choices {
  readonly version: string | null;
  readonly probabilities: boolean;
  readonly explain: boolean;
  readonly format: BatchDetail['format'];
}

/**
 * Sends a file to be predicted whole.
 *
 * @returns the id of its batch
 */
export async function sendBatch(
  model: string,
  file: File,
  choices: Choices,
  onShare: (share: number) => void,
): Promise<string> {
  const asked = chosen(choices);
  const ticket = await ask(model, { file_name: file.name, size_bytes: file.size, ...asked });
  const address = ticket.upload!;
  await sendToStore(address, file, onShare);
  // The file starts its batch by itself. Whoever asks for it by the file's key gets the same one.
  return await startBatch(model, address.key, choices);
}

/** Starts the batch of a file that is in the store, or finds it. @returns its id */
export async function startBatch(model: string, input: string, choices: Choices): Promise<string> {
  const { batch } = await ask(model, { input, ...chosen(choices) });
  return batch!.batch_id;
}

const ask = (model: string, body: object) =>
  sendJson<BatchAccepted>('POST', modelPath(model, '/batches'), body);

const chosen = ({ version, ...others }: Choices) => ({ ...others, ...(version === null ? {} : { version }) });
