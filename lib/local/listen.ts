import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Callers, guardCallers } from './callers.ts';

/** Where a server listens, and whose requests it answers. */
export interface ListenSettings {
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
  readonly callers: Callers;
}

/**
 * Listens on a port and resolves with the port. This is the only place that opens a port, so that no server
 * of the laptop answers a web page that was not meant to reach it.
 *
 * @throws Error of the operating system, with its code
 */
export function listenOn(server: Server, { port, host, callers }: ListenSettings): Promise<number> {
  guardCallers(server, host, callers);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeAllListeners('error');
      resolve((server.address() as AddressInfo).port);
    });
  });
}
