/**
 * What wrap and unwrap of the IBM Key Protect API cost over HTTP: bearer token, default policy, durable audit entry; as
 * CPU per request against the floor and against the AWS operation that does the same with the same key, in the same run.
 *
 * node bench/key-protect.ts [--only unwrap] [--seconds 5] [--rounds 3] [--connections 32] [--as administrator|ring-reader]
 */
import { CreateKeyCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { randomBytes } from 'node:crypto';
import {
  load,
  show,
  sign,
  start,
  stop,
  WARM_UP_REQUESTS,
  type Load,
  type LoadRequest,
  type Round,
  type Started,
} from './load.ts';
import { median } from './median.ts';
import { benchOptions } from './bench-options.ts';

const values = benchOptions({
  as: { type: 'string', default: 'administrator' },
  only: { type: 'string', default: '' },
  seconds: { type: 'string', default: '5' },
  rounds: { type: 'string', default: '3' },
  connections: { type: 'string', default: '32' },
});
const ROUNDS = Number(values.rounds);
const LOAD = { connections: Number(values.connections), seconds: Number(values.seconds) };
/** CPU of a request, as a multiple of what the AWS operation costs, that it should not exceed. */
const AIM = 1.0;
const PLAINTEXT = randomBytes(1024).toString('base64');

type Act = (action: string, body: object) => LoadRequest & { readonly url: string };
type Answer = Readonly<Record<string, string>>;

/** An action on IBM's wire, and the operation of AWS that does the same. */
interface Row {
  readonly name: string;
  readonly peer: string;
  ibm(act: Act, ask: (request: ReturnType<Act>) => Promise<Answer>): Promise<object>;
  aws(kms: KMSClient, KeyId: string): Promise<object> | object;
  check(answer: Answer, opened: (ciphertext: string) => Promise<string | undefined>): Promise<boolean> | boolean;
}

const ROWS: readonly Row[] = [
  {
    name: 'wrap',
    peer: 'Encrypt',
    ibm: async () => ({ plaintext: PLAINTEXT }),
    aws: (_, KeyId) => ({ KeyId, Plaintext: PLAINTEXT }),
    check: async ({ ciphertext = '' }, opened) => (await opened(ciphertext)) === PLAINTEXT,
  },
  {
    name: 'unwrap',
    peer: 'Decrypt',
    ibm: async (act, ask) => ({ ciphertext: (await ask(act('wrap', { plaintext: PLAINTEXT })))['ciphertext'] }),
    async aws(kms, KeyId) {
      const made = await kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from(PLAINTEXT, 'base64') }));
      return { CiphertextBlob: Buffer.from(made.CiphertextBlob ?? []).toString('base64') };
    },
    check: ({ plaintext }) => plaintext === PLAINTEXT,
  },
];

const floor = await start('./floor-server.ts');
const real = await start('./keystead-server.ts');
const { url, first } = real.started as Required<Started>;
const kms = new KMSClient({ endpoint: url, region: first.region, credentials: first });

async function tokenOf(apikey: string): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'urn:ibm:params:oauth:grant-type:apikey', apikey });
  const answer = await fetch(`${url}/identity/token`, { method: 'POST', body });
  return ((await answer.json()) as Record<'access_token', string>).access_token;
}

/** The API key of a program that is a Reader of the ring of the keys, and nothing else. */
async function ringReader(): Promise<string> {
  const admin = async (path: string, body: object): Promise<Answer> => {
    const headers = { authorization: `Bearer ${first.apiKey}`, 'content-type': 'application/json' };
    const answer = await fetch(`${url}/admin/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Answer;
  };
  const { principalId = '' } = await admin('/principals', { name: 'ring-reader', policies: [] });
  await admin(`/principals/${principalId}/key-roles/assign`, {
    roles: ['Reader'],
    region: first.region,
    keyRing: 'default',
  });
  const { apiKey = '' } = await admin(`/principals/${principalId}/credentials`, { type: 'api-key' });
  return apiKey;
}

async function ask({ url: to, headers, body }: ReturnType<Act>): Promise<Answer> {
  const answer = await fetch(to, { method: 'POST', headers, body });
  if (answer.status !== 200) throw new Error(`${to} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Answer;
}

async function measure(row: Row, token: string): Promise<string> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const keyId = KeyMetadata?.KeyId as string;
  const act: Act = (action, body) => ({
    url: `${url}/api/v2/keys/${keyId}/actions/${action}`,
    headers: {
      authorization: `Bearer ${token}`,
      'bluemix-instance': first.instanceId,
      'content-type': `application/vnd.ibm.kms.key_action_${action}+json`,
    },
    body: JSON.stringify(body),
  });
  const ours = act(row.name, await row.ibm(act, ask));
  const opened = async (ciphertext: string) => (await ask(act('unwrap', { ciphertext })))['plaintext'];
  if (!(await row.check(await ask(ours), opened))) throw new Error(`the answer of ${row.name} is wrong`);
  const theirs = await sign(url, first, row.peer, await row.aws(kms, keyId));

  const rounds: Record<'floor' | 'peer' | 'ours', (how?: Load) => Promise<Round>> = {
    floor: (how = LOAD) => load(floor.child, floor.started.url, ours, how),
    peer: (how = LOAD) => load(real.child, url, theirs, how),
    ours: (how = LOAD) => load(real.child, ours.url, ours, how),
  };
  console.log(row.name);
  for (const run of Object.values(rounds)) {
    await run({ connections: LOAD.connections, requests: WARM_UP_REQUESTS });
  }
  const ratios = { floor: [] as number[], peer: [] as number[] };
  for (let i = 0; i < ROUNDS; i++) {
    const [beneath, peer, one] = [await rounds.floor(), await rounds.peer(), await rounds.ours()];
    show('floor', beneath);
    show(row.peer, peer);
    show(row.name, one);
    ratios.floor.push(one.cpuUs / beneath.cpuUs);
    ratios.peer.push(one.cpuUs / peer.cpuUs);
  }
  const of = (list: number[]) => median(list).toFixed(2);
  return `  ${row.name.padEnd(8)} ${of(ratios.floor)} times the floor, ${of(ratios.peer)} times ${row.peer} (aim: at most ${AIM.toFixed(2)})`;
}

try {
  console.log(`${LOAD.connections} connections, ${ROUNDS} rounds of ${LOAD.seconds} s, in turn`);
  const token = await tokenOf(values.as === 'ring-reader' ? await ringReader() : first.apiKey);
  const lines: string[] = [];
  for (const row of ROWS.filter(({ name }) => name.startsWith(values.only))) lines.push(await measure(row, token));
  console.log(['CPU per request:', ...lines].join('\n'));
} finally {
  kms.destroy();
  await stop(floor.child, real.child, real.started);
}
