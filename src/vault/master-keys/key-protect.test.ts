import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { bytesOf } from '../../bytes/bytes.ts';
import { EgressGuard } from '../../clients/egress.ts';
import { KeyProtectClient } from '../../clients/key-protect/client.ts';
import { parseKeyCrn } from './key-crn.ts';
import { KeyProtectMasterKey } from './key-protect.ts';

const INSTANCE = '5c1f0f0e-6d0b-4b7a-9a53-0d3c7d2b8f11';
const CRN = `crn:v1:bluemix:public:kms:eu-de:a/0123456789abcdef0123456789abcdef:${INSTANCE}:key:1234abcd-12ab-4cd3-96ef-1234567890ab`;
const OWNER = { tenant: 't-1', environment: 'e-1' };
const CONTEXT = { ...OWNER, purpose: 'data', key: '0'.repeat(32) } as const;

type Answer = readonly [status: number, body?: unknown] | 'break';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Answers each request for keys with the next of these, and each for a token with one. */
async function answering(...answers: Answer[]) {
  const calls: string[] = [];
  const bodies: string[] = [];
  let tokens = 0;
  server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    void textOf(request).then((body) => {
      calls.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`.trim());
      bodies.push(body);
      const isToken = request.url === '/identity/token';
      const answer = isToken ? ([200, { access_token: `t${++tokens}`, expires_in: 3600 }] as const) : answers.shift();
      if (answer === undefined || answer === 'break') return request.socket.destroy();
      return response.writeHead(answer[0], { 'content-type': 'application/json' }).end(JSON.stringify(answer[1]));
    });
  });
  await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const connection = { region: 'eu-de', instance: INSTANCE, endpoint, iamEndpoint: endpoint, apiKey: Buffer.from('k') };
  const client = new KeyProtectClient(connection, new EgressGuard(), { maxAttempts: 3, backoffMs: 1 });
  return { key: new KeyProtectMasterKey(client, CRN, OWNER), calls, bodies };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const refusal = (status: number, code: string, field?: string): Answer => [
  status,
  { resources: [{ reasons: [{ code, ...(field !== undefined && { target: { type: 'field', name: field } }) }] }] },
];
const metadata = (state: number, more: object = {}): Answer => [
  200,
  { resources: [{ crn: CRN, state, extractable: false, ...more }] },
];
const WRAPPED = bytesOf<'WrappedKey'>(Buffer.from('eyJ9'));

const opens = (answer: Answer, ...more: Answer[]) =>
  answering(answer, ...more).then(({ key }) => key.unwrap(WRAPPED, CONTEXT));

describe('what Key Protect answers, in the words of the port', () => {
  it.each([
    ['401 twice', [[401], [401]], 'denied'],
    ['403', [refusal(403, 'FEATURE_RESTRICTED_ERR')], 'denied'],
    ['404', [refusal(404, 'KEY_NOT_FOUND_ERR')], 'deleted'],
    ['409, suspended', [refusal(409, 'KEY_ACTION_INVALID_STATE_ERR'), metadata(2)], 'disabled'],
    ['409, deactivated', [refusal(409, 'KEY_ACTION_INVALID_STATE_ERR'), metadata(3)], 'expired'],
    ['409, without material', [refusal(409, 'KEY_ACTION_INVALID_STATE_ERR'), metadata(0)], 'material-missing'],
    [
      '409, active and imported',
      [refusal(409, 'KEY_ACTION_INVALID_STATE_ERR'), metadata(1, { imported: true })],
      'material-missing',
    ],
    ['409, and healed meanwhile', [refusal(409, 'KEY_ACTION_INVALID_STATE_ERR'), metadata(1)], 'unreachable'],
    ['410, restorable', [refusal(410, 'KEY_DELETED_ERR'), metadata(5, { restoreAllowed: true })], 'pending-deletion'],
    ['410, for good', [refusal(410, 'KEY_DELETED_ERR'), metadata(5)], 'deleted'],
    ['410, and its metadata is gone', [refusal(410, 'KEY_DELETED_ERR'), refusal(410, 'KEY_DELETED_ERR')], 'deleted'],
    ['422', [refusal(422, 'UNPROCESSABLE_CIPHERTEXT_ERR')], 'wrong-context-or-tampered'],
    ['400 for the ciphertext', [refusal(400, 'INVALID_FIELD_ERR', 'ciphertext')], 'wrong-context-or-tampered'],
    ['400 for something else', [refusal(400, 'INVALID_FIELD_ERR', 'aad')], 'denied'],
    ['429 each time', [[429], [429], [429]], 'throttled'],
    ['503 each time', [[503], [503], [503]], 'unreachable'],
    ['nothing each time', ['break', 'break', 'break'], 'unreachable'],
    ['success without a key', [[200, {}]], 'unreachable'],
    [
      'a key of another length',
      [[200, { plaintext: Buffer.alloc(31).toString('base64') }]],
      'wrong-context-or-tampered',
    ],
  ] as [string, Answer[], string][])('%s', async (_name, answers, code) => {
    const [first, ...more] = answers as [Answer, ...Answer[]];
    await expect(opens(first, ...more)).rejects.toMatchObject({ name: 'MasterKeyError', code });
  });

  it.each([
    ['429', [429] as Answer],
    ['500', [500] as Answer],
    ['a broken connection', 'break' as Answer],
  ])('tries again after %s', async (_name, answer) => {
    const plaintext = Buffer.alloc(32, 5).toString('base64');
    expect(await opens(answer, [200, { plaintext }])).toEqual(Buffer.alloc(32, 5));
  });

  it('gets a token once, and another when that one is refused', async () => {
    const plaintext = Buffer.alloc(32).toString('base64');
    const { key, calls } = await answering([200, { plaintext }], [401], [200, { plaintext }]);
    await key.unwrap(WRAPPED, CONTEXT);
    await key.unwrap(WRAPPED, CONTEXT);
    const unwrap = 'POST /api/v2/keys/1234abcd-12ab-4cd3-96ef-1234567890ab/actions/unwrap Bearer';
    const token = 'POST /identity/token';
    expect(calls).toEqual([token, `${unwrap} t1`, `${unwrap} t1`, token, `${unwrap} t2`]);
  });

  it('binds the context, each part as name=value', async () => {
    const { key, bodies } = await answering([200, { ciphertext: 'eyJ9' }]);
    await key.wrap(bytesOf(Buffer.alloc(32)), CONTEXT);
    expect(JSON.parse(bodies[1] as string)).toEqual({
      plaintext: Buffer.alloc(32).toString('base64'),
      aad: [
        'keystead:environment=e-1',
        'keystead:format=1',
        `keystead:key=${'0'.repeat(32)}`,
        'keystead:purpose=data',
        'keystead:tenant=t-1',
      ],
    });
  });

  it('never calls a metadata address, and says why', async () => {
    const connection = {
      region: 'eu-de',
      instance: INSTANCE,
      endpoint: 'http://169.254.169.254',
      apiKey: Buffer.alloc(1),
    };
    const key = new KeyProtectMasterKey(new KeyProtectClient(connection, new EgressGuard()), CRN, OWNER);
    await expect(key.probe()).rejects.toMatchObject({ code: 'unreachable', cause: { name: 'EgressRefusedError' } });
  });
});

describe('the CRN of a key', () => {
  it('is taken apart', () => {
    expect(parseKeyCrn(CRN)).toMatchObject({ region: 'eu-de', instance: INSTANCE });
  });

  it.each([
    CRN.replace(':key:', ':policy:'),
    CRN.replace(':kms:', ':cloudant:'),
    CRN.replace(':a/', ':s/'),
    `${CRN}/more`,
    CRN.slice(0, CRN.lastIndexOf(':')),
    `crn:v1:bluemix:public:kms:eu-de:a/1:${INSTANCE}::`,
    'arn:aws:kms:eu-central-1:111122223333:key/1234',
  ])('is not %s', (text) => expect(parseKeyCrn(text)).toBeUndefined());
});
