import type { UploadState, UploadTicket } from '../../../../lib/http/schemas/uploads-api.ts';
import { getJson, modelPath, sendJson } from '../api/client.ts';
import { sendToStore } from '../api/send-to-store.ts';

const POLL_MS = 700;

/** Sends a file to the address that the API gives for it, and nowhere else. */
export async function sendFile(
  model: string,
  file: File,
  onShare: (share: number) => void,
): Promise<UploadTicket> {
  const ticket = await sendJson<UploadTicket>('POST', modelPath(model, '/uploads'), {
    file_name: file.name,
    size_bytes: file.size,
  });
  await sendToStore(ticket, file, onShare);
  return ticket;
}

/** Sends schema.json, and waits until it is in force. */
export async function sendContract(model: string, contract: object): Promise<UploadState> {
  const text = `${JSON.stringify(contract, null, 2)}\n`;
  const file = new File([text], 'schema.json', { type: 'application/json' });
  const { id } = await sendFile(model, file, () => undefined);
  for (;;) {
    const state = await stateOf(model, id);
    if (state.is_done) return state;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export const stateOf = (model: string, id: string, signal?: AbortSignal) =>
  getJson<UploadState>(modelPath(model, `/uploads/${encodeURIComponent(id)}`), signal);
