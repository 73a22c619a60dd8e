import type { UploadState, UploadTicket } from '../../../../lib/http/schemas/uploads-api.ts';
import { getJson, modelPath, sendJson } from '../api/client.ts';
import { ApiFault } from '../api/fault.ts';

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
  await put(ticket, file, onShare);
  return ticket;
}

/** `fetch` does not say how much of a body was sent; XMLHttpRequest does. */
function put(
  { method, url, headers }: UploadTicket,
  file: File,
  onShare: (share: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onShare(total === 0 ? 1 : loaded / total);
    request.onload = () => (request.status < 300 ? resolve() : reject(refusal(request.status)));
    request.onerror = () =>
      reject(new ApiFault('offline', 'The file could not be sent: the store does not answer.'));
    request.send(file);
  });
}

const refusal = (status: number) =>
  new ApiFault(
    'invalid',
    `The store did not take the file (status ${status}). The address may have expired: send it again.`,
  );

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
