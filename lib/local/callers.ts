import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { shown } from '../text-safety.ts';

/** Whose requests a server of the laptop answers. */
export interface Callers {
  /**
   * Names of this machine beside localhost, its loopback addresses and the address that is listened on; any,
   * where no browser of a person is near.
   */
  readonly allowedHosts: readonly string[] | 'any';
  /**
   * Web pages that may send requests: those of the server itself, with those of further origins, or any,
   * where the server's own CORS settings decide.
   */
  readonly webPages: 'own' | 'any' | ((origin: string) => boolean);
}

const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]'];
/** A name or an IPv6 address in brackets, with or without a port. */
const AUTHORITY = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i;
const ABSOLUTE_TARGET = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i;

/** Events that bring a request. Where the others have no listener, Node makes the first of them. */
const REQUEST_EVENTS = ['request', 'checkContinue', 'checkExpectation'] as const;

type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Refuses requests that a foreign web page may have sent, before the server's own listeners see them. The
 * browser of whoever runs the laptop's AWS can reach its ports, and they take any credentials. Two headers
 * tell such requests, and no page can forge them: Origin, and, where a page's own name was made to point to
 * this machine (DNS rebinding), Host.
 *
 * @param host the address that the server listens on
 */
export function guardCallers(server: Server, host: string, callers: Callers): void {
  const { allowedHosts } = callers;
  const names =
    allowedHosts === 'any'
      ? undefined
      : new Set([...LOOPBACK_HOSTS, bracketed(host), ...allowedHosts.map(bracketed)]);
  for (const event of REQUEST_EVENTS) {
    const listeners = server.listeners(event) as RequestListener[];
    if (listeners.length === 0) continue;
    server.removeAllListeners(event);
    server.on(event, (request: IncomingMessage, response: ServerResponse) => {
      const refusal = refusalOf(request, names, callers.webPages);
      if (refusal !== undefined) refuse(request, response, refusal);
      else for (const listener of listeners) listener.call(server, request, response);
    });
  }
}

function refusalOf(
  request: IncomingMessage,
  names: ReadonlySet<string> | undefined,
  webPages: Callers['webPages'],
): string | undefined {
  const authorities = authoritiesOf(request);
  const foreign = names && authorities.find((authority) => !isAllowed(authority, names));
  if (names && (foreign !== undefined || authorities.length === 0)) {
    const got = foreign === undefined ? 'none' : shown(foreign);
    return `Host: expected ${[...names].join(', ')}, got ${got}; npm start -- --allow-host <name> allows another`;
  }
  const { origin } = request.headers;
  if (webPages === 'any' || origin === undefined || isOwn(origin, authorities)) return undefined;
  if (webPages !== 'own' && webPages(origin)) return undefined;
  return `Origin: expected no web page but this server's own, got ${shown(origin)}`;
}

/** Every Host header, and the host of a target in absolute form, which goes before them. */
function authoritiesOf({ url = '', rawHeaders }: IncomingMessage): string[] {
  const hosts = rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]!.toLowerCase() === 'host');
  const target = ABSOLUTE_TARGET.exec(url)?.[1];
  return target === undefined ? hosts : [target, ...hosts];
}

/** Names below localhost are this machine's, too, and no page's: S3 has buckets there. Source: RFC 6761. */
function isAllowed(authority: string, names: ReadonlySet<string>): boolean {
  const name = AUTHORITY.exec(authority)?.[1]?.toLowerCase().replace(/\.$/, '');
  return name !== undefined && (names.has(name) || name.endsWith('.localhost'));
}

const isOwn = (origin: string, authorities: readonly string[]) =>
  authorities.some((authority) => origin.toLowerCase() === `http://${authority.toLowerCase()}`);

function bracketed(host: string): string {
  const name = host.toLowerCase();
  return name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
}

function refuse(request: IncomingMessage, response: ServerResponse, message: string): void {
  response.on('error', () => response.destroy());
  // The connection ends, so that a body that nobody reads does not hold it.
  response.writeHead(403, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ message }));
  request.resume();
}
