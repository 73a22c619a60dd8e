import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Callers } from '../../../lib/local/callers.ts';
import { listenOn } from '../../../lib/local/listen.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server that answers 200 to whatever reaches it, and its port. */
async function serve(callers: Partial<Callers> = {}, seen: string[] = []): Promise<number> {
  const server = createServer((request, response) => {
    seen.push(request.method!);
    response.end('reached');
  });
  servers.push(server);
  const settings = { allowedHosts: [], webPages: 'own', ...callers } as const;
  return listenOn(server, { port: 0, host: '127.0.0.1', callers: settings });
}

/** Sends these header lines as they are, since fetch sets Host and Origin itself, and gives the status. */
async function statusOf(port: number, lines: readonly string[], first = 'DELETE /bucket/key HTTP/1.1') {
  const socket = connect(port, '127.0.0.1');
  socket.end(`${[first, ...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`);
  let text = '';
  for await (const chunk of socket) text += chunk;
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]), text };
}

describe('a Host header', () => {
  it.each([
    'localhost',
    'LOCALHOST:9000',
    'localhost.',
    '127.0.0.1:1',
    '[::1]:9000',
    'bucket.localhost:9000',
    'a.b.localhost',
    'given.example:9000',
    '[fd00::1]:80',
  ])('of this machine is answered: %s', async (host) => {
    const port = await serve({ allowedHosts: ['Given.example', 'fd00::1'] });
    expect((await statusOf(port, [`Host: ${host}`])).status).toBe(200);
  });

  it.each([
    'evil.example',
    'localhost.evil.example',
    'evillocalhost',
    '127.0.0.1.evil.example',
    '127.0.0.1.nip.io',
    '192.168.1.1',
    '0.0.0.0:9000',
    '[::2]',
    'localhost@evil.example',
    'evil.example#.localhost',
    'evil.example/.localhost',
    'localhost:evil',
    '',
  ])('of another machine is refused: %s', async (host) => {
    const seen: string[] = [];
    const { status, text } = await statusOf(await serve({}, seen), [`Host: ${host}`]);
    expect([status, seen]).toEqual([403, []]);
    expect(text).toContain('--allow-host');
  });

  it('that is one of several, or is hidden by an absolute target, is refused, and so is none', async () => {
    const port = await serve();
    for (const hosts of [
      ['Host: localhost', 'Host: evil.example'],
      ['Host: evil.example', 'Host: localhost'],
    ])
      expect((await statusOf(port, hosts)).status).toBe(403);
    const target = 'GET http://evil.example/ HTTP/1.1';
    expect((await statusOf(port, ['Host: localhost'], target)).status).toBe(403);
    expect((await statusOf(port, [], 'GET / HTTP/1.0')).status).toBe(403);
  });

  it('is looked at before a server that decides itself asks for a body', async () => {
    const server = createServer();
    server.on('checkContinue', (_, response) => response.end('reached'));
    servers.push(server);
    const callers = { allowedHosts: [], webPages: 'any' } as const;
    const port = await listenOn(server, { port: 0, host: '127.0.0.1', callers });
    const lines = ['Host: evil.example', 'Expect: 100-continue', 'Content-Length: 5'];
    expect((await statusOf(port, lines, 'PUT /b/k HTTP/1.1')).text).toMatch(/^HTTP\/1\.1 403/);
  });
});

describe('an Origin header', () => {
  const foreign = (port: number) => [
    'http://evil.example',
    'https://localhost',
    'http://localhost:3000',
    `https://127.0.0.1:${port}`,
    `http://localhost:${port}`,
    `http://127.0.0.1:${port}.evil.example`,
    'null',
    '',
  ];

  it('of another page is refused where only own pages may call', async () => {
    const seen: string[] = [];
    const port = await serve({}, seen);
    for (const origin of foreign(port)) {
      const { status } = await statusOf(port, [`Host: 127.0.0.1:${port}`, `Origin: ${origin}`]);
      expect([origin, status]).toEqual([origin, 403]);
    }
    expect(seen).toEqual([]);
  });

  it('of a page that is named is answered beside those of own pages, and no other', async () => {
    const named = 'http://localhost:8000';
    const port = await serve({ webPages: (origin) => origin === named });
    const ask = async (origin: string) =>
      (await statusOf(port, [`Host: 127.0.0.1:${port}`, `Origin: ${origin}`])).status;
    expect([await ask(named), await ask(`http://127.0.0.1:${port}`)]).toEqual([200, 200]);
    for (const origin of foreign(port)) expect([origin, await ask(origin)]).toEqual([origin, 403]);
  });

  it("of the server's own page is answered, and one of any page where CORS settings decide", async () => {
    const own = await serve();
    expect((await statusOf(own, [`Host: 127.0.0.1:${own}`, `Origin: http://127.0.0.1:${own}`])).status).toBe(
      200,
    );
    const any = await serve({ webPages: 'any' });
    for (const origin of foreign(any))
      expect((await statusOf(any, ['Host: localhost', `Origin: ${origin}`])).status).toBe(200);
    expect((await statusOf(any, ['Host: evil.example', 'Origin: http://evil.example'])).status).toBe(403);
  });
});
