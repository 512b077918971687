/**
 * What an AWS KMS waits for when it uses a key of ours by the external key store proxy: durable audit entries, with the
 * integrity value. It gives up after 250 ms. Aim: 250 ms at the 99th percentile.
 *
 * node bench/xks.ts [--seconds 5] [--connections 32]
 */
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { KeysteadClient } from '@keystead/sdk';
import autocannon from 'autocannon';
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { signedHeaders } from '../src/clients/xks/sign.ts';
import type { FirstCredentials } from '../src/server/first-start.ts';
import { benchOptions } from './bench-options.ts';

const values = benchOptions({
  seconds: { type: 'string', default: '5' },
  connections: { type: 'string', default: '32' },
});
const AIM_MS = 250;

interface Started {
  readonly url: string;
  readonly xksUrl: string;
  readonly first: FirstCredentials;
  readonly folder: string;
}

const child = fork(new URL('./keystead-server.ts', import.meta.url), {
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  env: { ...process.env, KEYSTEAD_XKS_LISTEN: 'http://127.0.0.1:0' },
});
const [started] = (await once(child, 'message')) as [Started];
try {
  const { url, xksUrl, first } = started;
  const kms = new KMSClient({ endpoint: url, region: first.region, credentials: first });
  const keyId = (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.KeyId as string;
  const admin = new KeysteadClient({ url, apiKey: first.apiKey });
  const made = await admin.createXksEndpoint({ name: 'bench', region: first.region });
  await admin.exposeXksKey(made.endpoint.endpointId, { keyId, xksKeyId: 'bench' });
  const secret = Buffer.from(made.rawSecretAccessKey, 'ascii');
  const signer = { accessKeyId: made.accessKeyId, secret, region: 'us-east-1' };
  const requestMetadata = {
    awsPrincipalArn: 'arn:aws:iam::123456789012:user/Alice',
    kmsKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    kmsOperation: 'GenerateDataKey',
    kmsRequestId: '4112f4d6-db54-4af4-ae30-c55a22a8dfae',
  };
  const request = (call: string, body: object) => {
    const bytes = Buffer.from(JSON.stringify(body), 'utf8');
    const path = `${made.endpoint.uriPath}/keys/bench/${call}`;
    // The load generator says itself how long a body is.
    const { 'content-length': _, ...headers } = signedHeaders(new URL(xksUrl).host, path, bytes, signer, Date.now());
    return { url: xksUrl + path, headers, body: bytes.toString('utf8') };
  };
  const common = {
    requestMetadata,
    additionalAuthenticatedData: randomBytes(84).toString('base64'),
    encryptionAlgorithm: 'AES_GCM',
  };
  const encrypt = request('encrypt', {
    ...common,
    plaintext: randomBytes(80).toString('base64'),
    ciphertextDataIntegrityValueAlgorithm: 'SHA_256',
  });
  const probe = await fetch(encrypt.url, { method: 'POST', headers: encrypt.headers, body: encrypt.body });
  const { ciphertextDataIntegrityValue: __, ...parts } = (await probe.json()) as Record<string, string>;
  const decrypt = request('decrypt', { ...common, ...parts });
  console.log(`External key store proxy, ${values.connections} connections, ${values.seconds} s each`);
  for (const [name, asked] of Object.entries({ encrypt, decrypt })) {
    const load = { connections: Number(values.connections), duration: Number(values.seconds) };
    const result = await autocannon({ ...asked, method: 'POST', ...load });
    if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} answers of ${name} were not 200`);
    const { p50, p99, max } = result.latency;
    const rate = (result['2xx'] / result.duration).toFixed(0);
    console.log(
      `  ${name.padEnd(8)} ${rate} requests/s, p50 ${p50} ms, p99 ${p99} ms, longest ${max} ms (aim: p99 at most ${AIM_MS} ms)`,
    );
  }
} finally {
  child.disconnect();
  await once(child, 'exit');
  rmSync(started.folder, { recursive: true, force: true });
}
