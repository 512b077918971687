import type { KeyObject } from 'node:crypto';
import { bytesOf, wipe, type Bytes } from '../../bytes/bytes.ts';
import { openDescriptor, type Descriptor } from '../format/descriptor.ts';
import { envelopeName, sealEnvelope } from '../format/envelope.ts';
import { VaultError } from '../errors.ts';
import { KEY_ID_LENGTH } from '../format/format.ts';
import { IndexCache } from '../index-cache.ts';
import { KeyRing } from '../key-ring.ts';
import type { KeyContext } from '../master-keys/context.ts';
import { SealedMasterKey } from '../master-keys/sealed-master-key.ts';
import { holdKey, type HeldKey } from '../format/object-key.ts';
import { openPair, pairName, type Pair } from '../format/pair.ts';
import { systemClock, systemRandom, type Clock, type Random } from '../ports.ts';
import type { Repository } from '../repository.ts';
import type { Target } from '../targets/target.ts';
import { writerOf } from '../format/writer-key.ts';
import { WriterMemory } from './memory.ts';
import type { WriteOnly } from './write-only.ts';

/** A vault as a host knows it that may not even read its descriptor. */
export interface KnownVault {
  /** The bytes of `vault.json`. */
  readonly descriptor: Buffer;
  /** Who must have made it: what the server said when the host was enrolled. */
  readonly creator: string;
  readonly vault: string;
  /** The bytes of `pairs/<pair>.json`. */
  readonly pair: Buffer;
  readonly pairId: string;
}

export interface WriteOnlyOptions {
  readonly known: KnownVault;
  /** Ed25519; it never leaves this host. */
  readonly writerKey: KeyObject;
  /** This host's own. Wiped when it is taken over. */
  readonly dedupe: { readonly id: string; readonly key: Bytes<'DataKey'> };
  readonly server: Omit<WriteOnly, 'memory'>;
  /** What this host keeps of its backups: see {@link WriterMemory}. */
  readonly stateFolder?: string;
  readonly clock?: Clock;
  readonly random?: Random;
}

/**
 * Opens a vault for a writer that reads nothing there: what it needs to know of it was given to it, and is verified. It
 * seals its data keys to the vault's pair, and can open none of them afterwards.
 *
 * @throws {VaultError} whatever a reader refuses
 */
export function openWriteOnly(target: Target, options: WriteOnlyOptions): Repository {
  const { known, writerKey, clock = systemClock, random = systemRandom } = options;
  const { descriptor: made, pair } = openKnown(known);
  const writer = { id: writerOf(writerKey).id, privateKey: writerKey };
  const descriptor = { ...made, writers: [...made.writers, { ...writerOf(writerKey), isFurther: true as const }] };
  const dedupe = holdKey(options.dedupe.key, descriptor.vault, options.dedupe.id, 'dedupe');
  const masterKeys = [new SealedMasterKey({ provider: 'pair', keyId: pair.key, publicKey: pair.publicKey })];
  const cache = new IndexCache(options.stateFolder, descriptor.vault, writer.id);
  const memory = new WriterMemory(options.stateFolder, descriptor.vault);
  memory.rememberKey(dedupe);
  const { server } = options;
  const ringContext = {
    target,
    identity: descriptor,
    masterKeys,
    cache,
    clock,
    random,
    writeOnly: { dedupe, memory, prove: server.prove },
  };
  return {
    target,
    descriptor,
    masterKeys,
    dedupeKey: dedupe.id,
    writer,
    cache,
    clock,
    random,
    writeOnly: { memory, ...server },
    keyRing: () => new KeyRing(ringContext),
    close: () => {
      cache.close();
      memory.close();
    },
  };
}

/** Verifies what was given to a host: whose vault it is, and that its pair is the creator's. */
export function openKnown(known: KnownVault): { readonly descriptor: Descriptor; readonly pair: Pair } {
  const descriptor = openDescriptor(known.descriptor);
  if (descriptor.vault !== known.vault || descriptor.creator !== known.creator) {
    throw new VaultError('wrong-vault', 'What was given to this host is of another vault');
  }
  return { descriptor, pair: openPair(pairName(known.pairId), known.pair, descriptor) };
}

/** A dedupe key for a host that may only write: 32 bytes that it keeps, and the envelope that it puts for readers. */
export async function makeDedupeKey(
  { descriptor, pair }: ReturnType<typeof openKnown>,
  writerKey: KeyObject,
  random: Random = systemRandom,
  nowMs = systemClock.nowMs(),
): Promise<{ readonly id: string; readonly key: Bytes<'DataKey'>; readonly name: string; readonly envelope: Buffer }> {
  const id = random(KEY_ID_LENGTH).toString('hex');
  const { tenant, environment, vault } = descriptor;
  const context: KeyContext = { tenant, environment, purpose: 'dedupe', key: id };
  const sealing = new SealedMasterKey({ provider: 'pair', keyId: pair.key, publicKey: pair.publicKey });
  const { dataKey, wrapped } = await sealing.generate(context);
  const copy = bytesOf<'DataKey'>(Buffer.from(dataKey));
  const { commitment }: HeldKey = holdKey(dataKey, vault, id, 'dedupe');
  wipe(dataKey);
  const recipients = [{ provider: 'pair', keyId: pair.key, region: '', wrapped }];
  const envelope = {
    key: id,
    revision: 1,
    purpose: 'dedupe' as const,
    commitment,
    createdMs: nowMs,
    previous: null,
    recipients,
  };
  const writer = { id: writerOf(writerKey).id, privateKey: writerKey };
  return { id, key: copy, name: envelopeName(id, 1), envelope: sealEnvelope(envelope, descriptor, writer) };
}
