import { ApiFault } from './fault.ts';

/** An address that the API signed for one file, and what is to be sent with it. */
export interface SignedAddress {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Sends a file to an address that the API signed. `fetch` does not say how much of a body was sent;
 * XMLHttpRequest does.
 *
 * @param onShare how much of it was sent, from 0 to 1
 * @throws ApiFault when the store does not answer, or does not take it
 */
export function sendToStore(
  { method, url, headers }: SignedAddress,
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
