/**
 * Archives the whole state of an installation as a version writes it: node tools/make-state-archive.ts 3
 *
 * An older version's is made by its own code: check it out somewhere, and give its folder behind the number. As with
 * tools/make-archive.ts, it is made once and never again. The seal lies beside it, so nothing in it is secret.
 */
import { KMSClient } from '@aws-sdk/client-kms';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { argv } from 'node:process';
import { runKeystead, startServer } from './demo/server.ts';
import { toJson, type Expectation, type HttpExpectation, type HttpExpectations } from './state-archive/expectation.ts';
import { HttpActors } from './state-archive/http-actors.ts';
import { HTTP_SCENES } from './state-archive/http-scenes.ts';
import { makeProxyCertificate, PROXY_FILES, PROXY_HOST, proxyEnvironment } from './state-archive/own-proxy.ts';
import { PEOPLE_SCENES } from './state-archive/people-scenes.ts';
import { REGIONS, SCENES } from './state-archive/scenes.ts';

const version = Number(argv[2]);
if (!Number.isSafeInteger(version) || version < 1) {
  throw new Error('name the version of the formats, as in: node tools/make-state-archive.ts 3');
}
const main = resolve(argv[3] ?? join(import.meta.dirname, '..'), 'src/main.ts');
const archive = resolve(import.meta.dirname, `../test/archive/v${version}/state`);
const home = mkdtempSync(join(tmpdir(), 'keystead-archive-'));
if (version > 2) makeProxyCertificate(home);
const environment = {
  ...(version > 2 && (await proxyEnvironment(home))),
  KEYSTEAD_DATA: join(home, 'data'),
  KEYSTEAD_SEAL: join(home, 'keystead.seal'),
  KEYSTEAD_LISTEN: 'http://127.0.0.1:0',
  KEYSTEAD_REGION: REGIONS[0],
  // An identity provider of the archive is on this machine.
  ...(version > 3 && { KEYSTEAD_EGRESS_HOSTS: `127.0.0.1,${PROXY_HOST}` }),
};

interface First {
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly apiKey: string;
  /** Since version 3. */
  readonly instanceId?: string;
}

try {
  const first = JSON.parse(await runKeystead(environment, ['init', '--json'], main)) as First;
  const { accessKeyId, secretAccessKey, accountId } = first;
  const server = await startServer(environment, main);
  const expectations: Expectation[] = [];
  const requests: HttpExpectation[] = [];
  const { instanceId = '' } = first;
  const http = new HttpActors(server.url, instanceId, { owner: { apiKey: first.apiKey } });
  try {
    const client = { KEYSTEAD_URL: server.url, KEYSTEAD_API_KEY: first.apiKey };
    await runKeystead({ ...environment, ...client }, ['tenant', 'region', 'add', REGIONS[1]], main);
    const credentials = { accessKeyId, secretAccessKey };
    const kms = new KMSClient({ endpoint: server.url, region: REGIONS[0], credentials });
    for (const scene of SCENES.filter(({ since }) => since <= version)) {
      expectations.push(...(await scene.play({ kms, accountId })));
    }
    for (const scene of [...HTTP_SCENES, ...PEOPLE_SCENES].filter(({ since }) => since <= version)) {
      const seen = await scene.play({ kms, url: server.url, http });
      expectations.push(...(seen.expectations ?? []));
      requests.push(...(seen.requests ?? []));
    }
  } finally {
    await server.stop();
  }
  mkdirSync(resolve(archive, '..'), { recursive: true });
  await runKeystead(environment, ['state', 'backup', archive], main);
  copyFileSync(environment.KEYSTEAD_SEAL, join(archive, 'keystead.seal'));
  if (version > 2) for (const name of PROXY_FILES) copyFileSync(join(home, name), join(archive, name));
  const others: HttpExpectations = { instanceId, actors: http.actors, requests };
  const expected = {
    accessKeyId,
    secretAccessKey,
    expectations,
    ...(requests.length > 0 && { archivedAtMs: Date.now(), http: others }),
  };
  writeFileSync(join(archive, 'expected.json'), toJson(expected), { flag: 'wx' });
} finally {
  rmSync(home, { recursive: true });
}
