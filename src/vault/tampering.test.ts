import { createSecretKey, hash, randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../bytes/bytes.ts';
import { Compressor } from './format/compress.ts';
import { openDescriptor, sealDescriptor } from './format/descriptor.ts';
import { dedupeDomain, idOf } from './format/domain.ts';
import { envelopeName, openEnvelope, sealEnvelope } from './format/envelope.ts';
import { VaultError } from './errors.ts';
import { ChunkKind, type ChunkEntry } from './format/format.ts';
import { openIndex, sealIndex } from './format/index-object.ts';
import { openManifestBody, openManifestHead, sealManifest, snapshotName } from './format/manifest.ts';
import { holdKey } from './format/object-key.ts';
import { openChunk, PackWriter, readPackTable } from './format/pack.ts';
import { writerKey } from './vault.fixture.ts';
import { writerOf } from './format/writer-key.ts';

const vault = '0123456789abcdef0123456789abcdef';
const identity = { vault, tenant: 't', environment: 'e' };
const privateKey = writerKey();
const writer = writerOf(privateKey);
const signer = { id: writer.id, privateKey };
const held = holdKey(bytesOf(randomBytes(32)), vault, 'a'.repeat(32), 'metadata');
const domain = dedupeDomain(held, vault, 'source');

/** Every object with one byte missing at the end up to all, and with each bit flipped. */
function* variants(bytes: Buffer): Generator<Buffer> {
  for (let length = 0; length < bytes.length; length++) yield bytes.subarray(0, length);
  for (let at = 0; at < bytes.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 1 << bit;
      yield flipped;
    }
  }
  yield Buffer.concat([bytes, Buffer.alloc(1)]);
}

interface Outcomes {
  /** Said exactly what the genuine bytes say. */
  same: number;
  /** Said something else: never. */
  wrong: number;
  /** Were refused by anything but a typed error: never. */
  untyped: number;
}

/** What becomes of every variant. */
async function outcomes(bytes: Buffer, open: (bytes: Buffer) => unknown): Promise<Outcomes> {
  const genuine = await open(bytes);
  const count = { same: 0, wrong: 0, untyped: 0 };
  for (const variant of variants(bytes)) {
    try {
      const opened = await open(variant);
      if (isDeepStrictEqual(opened, genuine)) count.same++;
      else count.wrong++;
    } catch (error) {
      if (!(error instanceof VaultError)) count.untyped++;
    }
  }
  return count;
}

const REFUSED: Outcomes = { same: 0, wrong: 0, untyped: 0 };

describe('bytes that were changed', () => {
  it('descriptor: every prefix and flipped bit is refused', async () => {
    const descriptor = {
      ...identity,
      createdMs: 1,
      creator: writer.id,
      dedupeKey: held.id,
      chunker: { minimum: 1024, average: 4096, maximum: 16_384 },
      writers: [writer],
    };
    expect(await outcomes(sealDescriptor(descriptor, privateKey), openDescriptor)).toEqual(REFUSED);
  });

  it('envelope: every prefix and flipped bit is refused', async () => {
    const recipients = [{ provider: 'p', keyId: 'k', region: 'r', wrapped: bytesOf<'WrappedKey'>(randomBytes(60)) }];
    const envelope = {
      key: held.id,
      revision: 1,
      purpose: held.purpose,
      commitment: held.commitment,
      createdMs: 1,
      previous: null,
      recipients,
    };
    const name = envelopeName(held.id, 1);
    const bytes = sealEnvelope(envelope, identity, signer);
    expect(await outcomes(bytes, (variant) => openEnvelope(name, variant, identity, [writer]))).toEqual(REFUSED);
    for (const [other, code] of [
      [{ ...identity, tenant: 'other' }, 'wrong-vault'],
      [{ ...identity, environment: 'other' }, 'wrong-vault'],
      [{ ...identity, vault: 'f'.repeat(32) }, 'wrong-vault'],
    ] as const) {
      expect(() => openEnvelope(name, bytes, other, [writer])).toThrow(expect.objectContaining({ code }));
    }
    const elsewhere = envelopeName('b'.repeat(32), 1);
    expect(() => openEnvelope(elsewhere, bytes, identity, [writer])).toThrow(
      expect.objectContaining({ code: 'wrong-name' }),
    );
    const stranger = writerOf(writerKey());
    expect(() => openEnvelope(name, bytes, identity, [stranger])).toThrow(
      expect.objectContaining({ code: 'unknown-writer' }),
    );
  });

  it('manifest: every prefix and flipped bit of head, signature and body is refused', async () => {
    const head = {
      vault,
      writer: writer.id,
      sequence: 1,
      previous: null,
      parent: null,
      domain: domain.id,
      createdMs: 1,
      keys: [{ id: held.id, purpose: held.purpose, commitment: held.commitment.toString('hex') }],
    };
    const body = {
      source: 'source',
      startedMs: 1,
      finishedMs: 2,
      root: [randomBytes(32)],
      statistics: { files: 1, folders: 0, links: 0, bytes: 1, problems: 0 },
      problems: [],
      indexes: ['c'.repeat(64)],
      packs: ['d'.repeat(64)],
    };
    const name = snapshotName(writer.id, 1);
    const { bytes } = sealManifest(head, body, held, privateKey, randomBytes(32));
    const open = (variant: Buffer) => {
      const manifest = openManifestHead(name, variant, vault, [writer]);
      return openManifestBody(manifest, variant.subarray(manifest.bodyOffset), held);
    };
    expect(open(bytes)).toEqual(body);
    expect(await outcomes(bytes, open)).toEqual(REFUSED);
    const moved = () => openManifestHead(snapshotName(writer.id, 2), bytes, vault, [writer]);
    expect(moved).toThrow(expect.objectContaining({ code: 'wrong-name' }));
  });

  it('index object: every prefix and flipped bit is refused, even under the name of what it became', async () => {
    const entry: ChunkEntry = { id: randomBytes(32), kind: 0, codec: 0, offset: 90, stored: 26, plain: 10 };
    const packs = [{ id: 'e'.repeat(64), keyId: held.id, length: 4096, entries: [entry] }];
    const { id, bytes } = sealIndex(packs, held, vault, signer, randomBytes(32));
    expect(await outcomes(bytes, (variant) => openIndex(id, variant, vault, [writer], async () => held))).toEqual(
      REFUSED,
    );
  });

  const chunks = [Buffer.from('text '.repeat(200)), randomBytes(300), Buffer.alloc(0)];

  function makePack() {
    const packWriter = new PackWriter(held, vault, new Compressor());
    for (const chunk of chunks) packWriter.add(idOf(domain.chunkIdKey, chunk), ChunkKind.content, chunk);
    return packWriter.finish();
  }

  it('pack, read whole: every prefix and flipped bit is refused', async () => {
    const pack = makePack();
    expect(pack.bytes.length).toBe(4096);
    expect(await outcomes(pack.bytes, (variant) => readPackTable(pack.id, variant, held, vault).entries)).toEqual(
      REFUSED,
    );
  });

  it('pack, its table read under the name of what it became: nothing but the same table comes out', async () => {
    const pack = makePack();
    const open = (variant: Buffer) => readPackTable(hash('sha256', variant, 'hex'), variant, held, vault).entries;
    // Flipped bits of chunks do not touch the table: the chunks refuse by themselves, below.
    const inChunks = pack.entries.reduce((sum, { stored }) => sum + stored, 0);
    expect(await outcomes(pack.bytes, open)).toEqual({ ...REFUSED, same: 8 * inChunks });
  });

  it('chunk, read alone: every flipped bit is refused, and so is the place of another chunk', () => {
    const pack = makePack();
    const { key } = readPackTable(pack.id, pack.bytes, held, vault);
    const open = (entry: ChunkEntry, bytes: Buffer) => openChunk(key.key, domain.chunkIdKey, entry, bytes);
    pack.entries.forEach((entry, i) => {
      const sealed = pack.bytes.subarray(entry.offset, entry.offset + entry.stored);
      expect(open(entry, sealed)).toEqual(chunks[i]);
      for (const variant of variants(sealed)) {
        expect(() => open(entry, variant)).toThrow(expect.objectContaining({ name: 'VaultError' }));
      }
      for (const change of [
        { id: randomBytes(32) },
        { offset: entry.offset + 1 },
        { plain: entry.plain + 1 },
        { kind: 1 },
        { codec: 1 - entry.codec },
      ]) {
        expect(() => open({ ...entry, ...change }, sealed)).toThrow(expect.objectContaining({ code: 'tampered' }));
      }
    });
  });

  it('a chunk that a holder of the keys encrypted under a false id is refused', () => {
    const packWriter = new PackWriter(held, vault, new Compressor());
    packWriter.add(idOf(domain.chunkIdKey, Buffer.from('good')), ChunkKind.content, Buffer.from('evil'));
    const pack = packWriter.finish();
    const { key, entries } = readPackTable(pack.id, pack.bytes, held, vault);
    const [entry] = entries as [ChunkEntry];
    const sealed = pack.bytes.subarray(entry.offset, entry.offset + entry.stored);
    expect(() => openChunk(key.key, domain.chunkIdKey, entry, sealed)).toThrow(
      expect.objectContaining({ code: 'tampered' }),
    );
  });

  it('another data key, another vault: refused by the commitment, before any decryption', () => {
    const pack = makePack();
    const other = { ...held, key: createSecretKey(randomBytes(32)) };
    const refused = expect.objectContaining({ code: 'commitment-mismatch' });
    expect(() => readPackTable(pack.id, pack.bytes, other, vault)).toThrow(refused);
    expect(() => readPackTable(pack.id, pack.bytes, held, 'f'.repeat(32))).toThrow(refused);
  });

  it('any bytes at all give a typed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const buffer = Buffer.from(bytes);
        for (const open of [
          () => openDescriptor(buffer),
          () => openEnvelope('x', buffer, identity, [writer]),
          () => openManifestHead('x', buffer, vault, [writer]),
          () => readPackTable('x', buffer, held, vault),
        ]) {
          expect(open).toThrow(expect.objectContaining({ name: 'VaultError' }));
        }
      }),
    );
  });
});
