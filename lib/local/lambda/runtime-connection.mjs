import net from 'node:net';

/**
 * @typedef {{ status: number, headers: Map<string, string>, body: string }} Reply
 */

const HEAD_END = Buffer.from('\r\n\r\n');

/**
 * One kept-alive connection to the Runtime API, on a plain socket: node:http would cost a function's process as much
 * again as a small handler does. The Runtime API always sends Content-Length, so a reply needs no more parser than
 * this.
 */
export class RuntimeConnection {
  /** @type {net.Socket} */ #socket;
  /** @type {((reply: Reply) => void)[]} */ #expecting = [];
  /** @type {Buffer} */ #received = Buffer.alloc(0);
  // Chunks after #received, joined only when a whole reply can be there: an event may be 6 MB in 64 KB pieces.
  /** @type {Buffer[]} */ #later = [];
  #sizeBytes = 0;
  #wantedBytes = 0;
  #prefix;
  #host;

  /**
   * @param {string} runtimeApi host:port, with a path prefix or without
   * @param {(error: Error | undefined) => void} onGone called when the Runtime API goes away
   */
  constructor(runtimeApi, onGone) {
    const url = new URL(`http://${runtimeApi}`);
    this.#host = url.host;
    this.#prefix = `${url.pathname.replace(/\/$/u, '')}/2018-06-01/runtime`;
    this.#socket = net.connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    this.#socket.on('data', (chunk) => this.#read(chunk));
    this.#socket.on('error', onGone);
    this.#socket.on('close', () => onGone(undefined));
  }

  /**
   * Asks for the next event; the reply comes when there is one.
   *
   * @returns {Promise<Reply>}
   */
  next() {
    return this.#send(`GET ${this.#prefix}/invocation/next HTTP/1.1\r\nHost: ${this.#host}\r\n\r\n`);
  }

  /**
   * Sends a JSON document to a path of the Runtime API.
   *
   * @param {string} path
   * @param {string} document
   * @param {{ errorType?: string, lines?: string }} [also] `lines` of output go before the document, in one body
   * @returns {Promise<Reply>}
   */
  post(path, document, { errorType, lines = '' } = {}) {
    const type = errorType === undefined ? '' : `Lambda-Runtime-Function-Error-Type: ${errorType}\r\n`;
    const output = lines === '' ? '' : `Local-Output-Bytes: ${Buffer.byteLength(lines)}\r\n`;
    const body = lines + document;
    return this.#send(
      `POST ${this.#prefix}${path} HTTP/1.1\r\nHost: ${this.#host}\r\n${type}${output}Content-Type: application/json\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }

  /** @param {string} request */
  #send(request) {
    return new Promise((resolve) => {
      this.#expecting.push(resolve);
      this.#socket.write(request);
    });
  }

  /** @param {Buffer} chunk */
  #read(chunk) {
    this.#later.push(chunk);
    this.#sizeBytes += chunk.length;
    if (this.#sizeBytes < this.#wantedBytes) return;
    this.#received = this.#received.length === 0 && this.#later.length === 1 ? chunk : this.#joined();
    this.#later = [];
    for (let reply = this.#take(); reply !== undefined; reply = this.#take())
      this.#expecting.shift()?.(reply);
    this.#sizeBytes = this.#received.length;
  }

  #joined() {
    return Buffer.concat([this.#received, ...this.#later]);
  }

  /** @returns {Reply | undefined} */
  #take() {
    const headEnd = this.#received.indexOf(HEAD_END);
    this.#wantedBytes = 0;
    if (headEnd === -1) return undefined;
    const [statusLine = '', ...lines] = this.#received.toString('latin1', 0, headEnd).split('\r\n');
    const headers = new Map(lines.map(headerOf));
    const start = headEnd + HEAD_END.length;
    const end = start + Number(headers.get('content-length'));
    if (Number.isNaN(end)) throw new Error(`Runtime API: a reply without Content-Length: ${statusLine}`);
    this.#wantedBytes = end;
    if (this.#received.length < end) return undefined;
    const body = this.#received.toString('utf8', start, end);
    this.#received = this.#received.subarray(end);
    return { status: Number(statusLine.split(' ')[1]), headers, body };
  }
}

/**
 * @param {string} line
 * @returns {[string, string]}
 */
function headerOf(line) {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}
