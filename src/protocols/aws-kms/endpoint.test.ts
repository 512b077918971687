import { beforeEach, describe, expect, it } from 'vitest';
import { REGION, World, type Account } from './endpoint.fixture.ts';
import { INPUTS, type OperationName } from './model.gen.ts';
import { importInto, MATERIAL } from './operations/requests.fixture.ts';
import { OPERATIONS } from './operations.ts';

let world: World;
let one: Account;

beforeEach(async () => {
  world = new World();
  one = await world.account();
});

/** What the log says of the requests so far: action, outcome, reason, key. */
function entries(): { action: string; outcome: string; reason?: string; key?: string }[] {
  return world.store
    .entries()
    .map(({ leaf }) => JSON.parse(leaf.toString('utf8')) as { action: string; outcome: string })
    .filter(({ action }) => !action.startsWith('test:'));
}

describe('every answer', () => {
  it('has a request id and the content type of the protocol', async () => {
    const { headers, body, status } = await world.call(one.admin, 'ListKeys');
    expect(status).toBe(200);
    expect(body).toEqual({ Keys: [], Truncated: false });
    expect(headers).toEqual([
      'x-amzn-RequestId',
      '00000000-0000-4000-8000-000000000000',
      'Content-Type',
      'application/x-amz-json-1.1',
    ]);
  });

  it('is in the log before it is out: done, refused, not understood', async () => {
    const { KeyId } = (await world.call(one.admin, 'CreateKey')).body.KeyMetadata;
    await world.call(one.admin, 'DisableKey', { KeyId });
    await world.call(one.admin, 'Encrypt', { KeyId, Plaintext: Buffer.from('x') });
    await world.call(one.admin, 'Encrypt', { KeyId });
    await world.call(one.admin, 'ListKeys', {}, { target: 'TrentService.Nothing' });
    expect(entries()).toMatchObject([
      { action: 'kms:CreateKey', outcome: 'done', key: KeyId },
      { action: 'kms:DisableKey', outcome: 'done', key: KeyId },
      { action: 'kms:Encrypt', outcome: 'refused', reason: 'key-disabled', key: KeyId },
      { action: 'kms:Encrypt', outcome: 'refused', reason: 'ValidationException' },
      { action: 'kms:Unknown', outcome: 'refused', reason: 'UnknownOperationException' },
    ]);
  });
});

describe('who asks', () => {
  it.each<[string, object, string]>([
    ['another secret', { secret: 'x'.repeat(40) }, 'InvalidSignatureException'],
    ['another service', { service: 's3' }, 'InvalidSignatureException'],
    ['a clock that is 16 minutes slow', { skewMs: -16 * 60_000 }, 'InvalidSignatureException'],
    ['a clock that is 16 minutes fast', { skewMs: 16 * 60_000 }, 'InvalidSignatureException'],
    ['a region that was never made', { region: 'mars-north-1' }, 'UnrecognizedClientException'],
  ])('is refused with %s', async (_, departure, type) => {
    expect(await world.call(one.admin, 'CreateKey', {}, departure)).toMatchObject({ status: 400, type });
    expect((await world.call(one.admin, 'ListKeys')).body.Keys).toEqual([]);
  });

  it('is heard with a clock that is 14 minutes off', async () => {
    for (const skewMs of [-14 * 60_000, 14 * 60_000]) {
      expect(await world.call(one.admin, 'ListKeys', {}, { skewMs })).toMatchObject({ status: 200 });
    }
  });

  it('is told nothing without a signature, or with a key that nobody has', async () => {
    const target = ['x-amz-target', 'TrentService.ListKeys', 'host', 'kms.test'];
    expect(await world.send({ rawHeaders: target, body: Buffer.alloc(0) })).toMatchObject({
      type: 'MissingAuthenticationTokenException',
    });
    const nobody = { ...one.admin, accessKeyId: 'KSIAAAAAAAAAAAAAAAAA' };
    expect(await world.call(nobody, 'ListKeys')).toMatchObject({ type: 'UnrecognizedClientException' });
    expect(entries()).toEqual([]);
  });

  it('finds only the keys of the region that was signed for', async () => {
    await world.region(one.tenant, 'us-east-1');
    const { KeyId } = (await world.call(one.admin, 'CreateKey')).body.KeyMetadata;
    const elsewhere = { region: 'us-east-1' };
    expect((await world.call(one.admin, 'ListKeys', {}, elsewhere)).body.Keys).toEqual([]);
    expect(await world.call(one.admin, 'DescribeKey', { KeyId }, elsewhere)).toMatchObject({
      type: 'NotFoundException',
    });
  });
});

describe('a body', () => {
  it.each<[string, string, string]>([
    ['a member twice', '{"Limit":1,"Limit":2}', 'SerializationException'],
    ['no JSON', '{', 'SerializationException'],
    ['a list', '[]', 'SerializationException'],
    ['depth', `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 'SerializationException'],
    ['a wrong type', '{"Limit":"1"}', 'SerializationException'],
    ['a limit that is none', '{"Limit":0}', 'ValidationException'],
  ])('with %s is refused', async (_, text, type) => {
    expect(await world.call(one.admin, 'ListKeys', {}, { rawBody: Buffer.from(text) })).toMatchObject({
      status: 400,
      type,
    });
    expect(world.faults).toEqual([]);
  });

  it('of 20 MB does not come through, nor hurt where it does', async () => {
    expect(world.route.bodyLimitBytes).toBeLessThan(1024 * 1024);
    const rawBody = Buffer.from(`{"Marker":"${'x'.repeat(20_000_000)}"}`);
    const answer = await world.call(one.admin, 'ListKeys', {}, { rawBody });
    expect(answer).toMatchObject({ status: 400, type: 'ValidationException' });
  });

  it('may be empty, and may hold members that nobody knows', async () => {
    expect(await world.call(one.admin, 'ListKeys', {}, { rawBody: Buffer.alloc(0) })).toMatchObject({ status: 200 });
    const rawBody = Buffer.from('{"Unknown":{"a":1},"__proto__":{"Limit":0},"constructor":1}');
    expect(await world.call(one.admin, 'ListKeys', {}, { rawBody })).toMatchObject({ status: 200 });
    expect(Object.prototype).not.toHaveProperty('Limit');
  });
});

describe('an operation', () => {
  const missing = (Object.keys(INPUTS) as OperationName[]).filter((name) => OPERATIONS[name] === 'not-implemented');

  it('is there, whatever the model has', () => expect(missing).toEqual([]));
});

describe('secrets', () => {
  it('are in no entry and in no error', async () => {
    const call = <N extends OperationName>(operation: N, input: object) => world.call(one.admin, operation, input);
    const canary = Buffer.from('canary-7f3a9c21d5e84b06');
    const said: string[] = [];
    const refuse = async (operation: OperationName, input: object) => {
      const answer = await call(operation, input);
      expect(answer.status).toBe(400);
      said.push(JSON.stringify(answer.body));
    };
    const { KeyId } = (await call('CreateKey', {})).body.KeyMetadata;
    const { CiphertextBlob } = (await call('Encrypt', { KeyId, Plaintext: canary })).body;
    const opened = await call('Decrypt', { CiphertextBlob });
    expect(Buffer.from(opened.body.Plaintext, 'base64')).toEqual(canary);
    const dataKey = Buffer.from(
      (await call('GenerateDataKey', { KeyId, KeySpec: 'AES_256' })).body.Plaintext,
      'base64',
    );
    await call('ReEncrypt', { CiphertextBlob, DestinationKeyId: KeyId });
    const imported = (await call('CreateKey', { Origin: 'EXTERNAL' })).body.KeyMetadata.KeyId;
    await importInto(async (operation, input) => (await call(operation, input)).body, imported);

    await refuse('Encrypt', { KeyId, Plaintext: Buffer.concat([canary, Buffer.alloc(4096)]) });
    await refuse('Encrypt', { KeyId: 'alias/none', Plaintext: canary });
    await refuse('Encrypt', { KeyId, Plaintext: canary, DryRun: true });
    await refuse('Encrypt', { KeyId, Plaintext: `${canary.toString('base64')}!` });
    await refuse('Decrypt', { CiphertextBlob, EncryptionContext: { a: 'b' } });
    await call('DisableKey', { KeyId });
    await refuse('Encrypt', { KeyId, Plaintext: canary });

    const places = [...said, ...world.store.entries().flatMap(({ leaf, details }) => [leaf, details])];
    const text = places.map((place) => place.toString('latin1')).join('\n');
    expect(text).toContain(REGION);
    for (const secret of [canary, dataKey, MATERIAL, Buffer.from(one.admin.secret)]) {
      for (const encoding of ['latin1', 'base64', 'hex'] as const) {
        // Without its last characters base64 is the same wherever the secret ends.
        const form = secret.toString(encoding).slice(0, 20);
        expect(text.includes(form)).toBe(false);
      }
    }
  });
});
