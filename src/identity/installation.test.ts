import { createPublicKey, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DAY, NOW, random } from '../keys/key-space.fixture.ts';
import { SealError } from '../keys/ports.ts';
import { sealRecord, type StoredRecord } from '../records/record.ts';
import { NotAuthenticError } from './body.ts';
import { INSTALLATION_REF, makeInstallation, unseal } from './installation.ts';
import { makeSeal } from './seal.fixture.ts';
import { makeTenant, readTenant } from './tenant.ts';

const seal = makeSeal();
const { installation, write } = await makeInstallation(seal, NOW, random);
const record = write.put;
const bodyOf = (of: StoredRecord) => JSON.parse(of.body.toString()) as Record<string, unknown>;
const withBody = (body: Buffer | object): StoredRecord => ({
  ...record,
  body: Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)),
});

describe('an installation', () => {
  it('opens with its seal, and is the same', async () => {
    const again = await unseal(seal, record);
    expect(again.installationId).toBe(installation.installationId);
    // The same barrier key: it opens what the other made.
    const tenant = makeTenant(installation.barrier, 'acme', NOW, random);
    expect(readTenant(again.barrier, tenant.write.put).tenantId).toBe(tenant.tenant.tenantId);
    // The same checkpoint key.
    const signature = sign(null, Buffer.from('tree head'), again.checkpointKey);
    expect(verify(null, Buffer.from('tree head'), createPublicKey(installation.checkpointKey), signature)).toBe(true);
  });

  it('lies at its place, new, and claims no names', () => {
    expect(write).toMatchObject({ put: { ...INSTALLATION_REF, revision: 1, scope: '' } });
    expect([write.claim, write.release]).toEqual([undefined, undefined]);
    expect(bodyOf(record)).toMatchObject({ sealId: 'seal-1', createdAtMs: NOW });
  });

  it('is another one each time', async () => {
    const other = await makeInstallation(seal, NOW + DAY, random);
    expect(other.installation.installationId).not.toBe(installation.installationId);
    const tenant = makeTenant(installation.barrier, 'acme', NOW, random);
    expect(() => readTenant(other.installation.barrier, tenant.write.put)).toThrow(NotAuthenticError);
  });

  it.each([
    ['another seal', makeSeal('seal-2')],
    ['a seal of the same name with another key', makeSeal('seal-1')],
  ])('does not open with %s', async (_, wrong) => {
    await expect(unseal(wrong, record)).rejects.toThrow(SealError);
  });

  it('does not open when any byte of its record was changed', async () => {
    for (let at = 0; at < record.body.length; at++) {
      const body = Buffer.from(record.body);
      body[at] = (body[at] as number) ^ 1;
      const failure = await unseal(seal, withBody(body)).catch((error: Error) => error.name);
      expect(['SealError', 'NotAuthenticError'], `byte ${at}`).toContain(failure);
    }
  });

  it.each<[string, StoredRecord]>([
    ['no JSON', withBody(Buffer.from('{'))],
    ['null', withBody(Buffer.from('null'))],
    ['another format', withBody({ ...bodyOf(record), format: 2 })],
    ['no barrier key', withBody({ ...bodyOf(record), barrierKey: undefined })],
    ['another type of barrier key', withBody({ ...bodyOf(record), barrierKey: 5 })],
    ['another seal id', withBody({ ...bodyOf(record), sealId: 'seal-2' })],
    ['another revision', { ...record, revision: 2 }],
    ['a flipped MAC', { ...record, mac: Buffer.from(record.mac.map((byte) => byte ^ 1)) }],
  ])('does not open with %s', async (_, tampered) => {
    await expect(unseal(seal, tampered)).rejects.toThrow(NotAuthenticError);
  });

  it('does not take the checkpoint key of another installation', async () => {
    const other = await makeInstallation(seal, NOW, random);
    const body = { ...bodyOf(record), checkpointKey: bodyOf(other.write.put)['checkpointKey'] };
    // Even with a MAC that fits: the wrapped key is bound to its place.
    const forged = sealRecord(withBody(body), installation.barrier.records);
    await expect(unseal(seal, forged)).rejects.toThrow('checkpoint-key does not open');
  });

  it('has no secret in its record', () => {
    const der = installation.checkpointKey.export({ format: 'der', type: 'pkcs8' });
    const text = record.body.toString('latin1');
    for (const encoding of ['latin1', 'hex', 'base64', 'base64url'] as const) {
      expect(text).not.toContain(der.subarray(-32).toString(encoding).slice(2, 22));
    }
  });
});
