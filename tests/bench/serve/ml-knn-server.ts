/**
 * A simple server, written in an afternoon: node:http and ml-knn in one process. `node ml-knn-server.ts
 * <iris.csv>` prints its port.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import KNN from 'ml-knn';

const rows = readFileSync(process.argv[2]!, 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(','));
const classes = [...new Set(rows.map((row) => row.at(-1)!))];
const knn = new KNN(
  rows.map((row) => row.slice(0, -1).map(Number)),
  rows.map((row) => classes.indexOf(row.at(-1)!)),
  { k: 5 },
);

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { features } = JSON.parse(Buffer.concat(chunks).toString()) as { features: number[] };
    const body = JSON.stringify({ prediction: classes[knn.predict([features])[0]!] });
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
