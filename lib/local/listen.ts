import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Listens on a port (0: any free port) and resolves with the port.
 *
 * @throws Error of the operating system, with its code
 */
export function listenOn(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeAllListeners('error');
      resolve((server.address() as AddressInfo).port);
    });
  });
}
