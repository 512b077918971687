import { createServer } from 'node:http';

/**
 * The floor: the least that any server on this runtime does for such a request. It reads the JSON body whole and
 * answers a fixed one of the size of a real answer.
 */
const ANSWER = Buffer.from(
  JSON.stringify({
    CiphertextBlob: Buffer.alloc(1124, 7).toString('base64'),
    KeyId: 'arn:aws:kms:us-east-1:111122223333:key/00000000-0000-0000-0000-000000000000',
    EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
  }),
);

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    JSON.parse(Buffer.concat(chunks).toString('utf8'));
    response.writeHead(200, ['Content-Type', 'application/x-amz-json-1.1', 'Content-Length', String(ANSWER.length)]);
    response.end(ANSWER);
  });
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.send?.({ url: `http://127.0.0.1:${address.port}` });
});
process.on('message', () =>
  process.send?.({ cpu: process.cpuUsage(), loop: process.threadCpuUsage(), memory: process.memoryUsage().rss }),
);
