import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { bytesOf } from '../../bytes/bytes.ts';
import { sealEnvelope, envelopeName } from './envelope.ts';
import { FixtureMasterKey } from '../master-keys/master-key.fixture.ts';
import { SealedMasterKey } from '../master-keys/sealed-master-key.ts';
import { holdKey } from './object-key.ts';
import { checkPair, openPair, pairName, pairOf, parsePairName, sealPair } from './pair.ts';
import { writerFor } from '../repository.ts';
import { newVault, removeScratch, scratch } from '../vault.fixture.ts';
import { writerOf } from './writer-key.ts';

const folder = scratch();
afterAll(() => removeScratch(folder));

const vault = 'ab'.repeat(16);
const { privateKey } = generateKeyPairSync('ed25519');
const creator = writerOf(privateKey);
const signer = { id: creator.id, privateKey };
const descriptor = { vault, creator: creator.id, writers: [creator] };
const held = (fill: number) => holdKey(bytesOf(Buffer.alloc(32, fill)), vault, 'cd'.repeat(16), 'pair');

function pairObject() {
  const { publicKey } = pairOf(held(1), vault);
  const pair = { key: 'cd'.repeat(16), publicKey, createdMs: 7 };
  return { pair, name: pairName(pair.key), bytes: sealPair(pair, vault, signer) };
}

describe('the public key that writers without a master key encrypt to', () => {
  it('reads what it wrote, and finds the private half to it', () => {
    const { pair, name, bytes } = pairObject();
    expect(openPair(name, bytes, descriptor)).toEqual(pair);
    expect(parsePairName(name)).toBe(pair.key);
    checkPair(pair, pairOf(held(1), vault));
    expect(() => checkPair(pair, pairOf(held(2), vault))).toThrow(/not that of its data key/);
    expect(() => pairOf({ ...held(1), purpose: 'data' }, vault)).toThrow(TypeError);
  });

  it('refuses another name, vault, signer, length, and every flipped byte', () => {
    const { name, bytes, pair } = pairObject();
    const codeOf = (found: string, content: Buffer, who = descriptor): unknown => {
      try {
        return openPair(found, content, who);
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect(codeOf(pairName('ef'.repeat(16)), bytes)).toBe('wrong-name');
    expect(codeOf(name, bytes, { ...descriptor, vault: '00'.repeat(16) })).toBe('wrong-vault');
    expect(codeOf(name, sealPair({ ...pair, publicKey: randomBytes(1215) }, vault, signer))).toBe('malformed');
    const other = generateKeyPairSync('ed25519').privateKey;
    const writers = [creator, writerOf(other)];
    const stranger = { id: writerOf(other).id, privateKey: other };
    expect(codeOf(name, sealPair(pair, vault, stranger), { ...descriptor, writers })).toBe('unknown-writer');
    for (let at = 0; at < bytes.length; at += 13) {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 1;
      expect(typeof codeOf(name, flipped)).toBe('string');
    }
  });
});

describe('an envelope that is for the pair', () => {
  it('opens for whoever has the master key, and for nobody when that is off', async () => {
    const masterKey = new FixtureMasterKey('primary');
    const { repository } = await newVault(folder, { masterKeys: [masterKey] });
    const writer = writerFor(repository);
    const ring = repository.keyRing();
    const seed = await ring.create('pair', writer);
    const { publicKey } = pairOf(seed, repository.descriptor.vault);
    const { tenant, environment } = repository.descriptor;
    const key = '12'.repeat(16);
    const sealOnly = new SealedMasterKey({ provider: 'pair', keyId: seed.id, publicKey });
    const context = { tenant, environment, purpose: 'data', key } as const;
    const { dataKey, wrapped } = await sealOnly.generate(context);
    const { commitment } = holdKey(bytesOf(Buffer.from(dataKey)), repository.descriptor.vault, key, 'data');
    const recipients = [{ provider: 'pair', keyId: seed.id, region: '', wrapped }];
    const envelope = {
      key,
      revision: 1,
      purpose: 'data',
      commitment,
      createdMs: 1,
      previous: null,
      recipients,
    } as const;
    await repository.target.put(envelopeName(key, 1), sealEnvelope(envelope, repository.descriptor, writer));

    const fresh = repository.keyRing();
    expect((await fresh.get(key)).commitment).toEqual(commitment);
    // The pair's own key is not one that a snapshot's head would have to name.
    expect(fresh.held().map(({ id }) => id)).toEqual([key]);
    masterKey.failure = 'disabled';
    await expect(repository.keyRing().get(key)).rejects.toMatchObject({ code: 'disabled' });
    await expect(fresh.prove(key)).rejects.toMatchObject({ code: 'disabled' });
    repository.close();
  });
});
