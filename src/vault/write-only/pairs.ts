import { VaultError } from '../errors.ts';
import { MAX_JSON_OBJECT_LENGTH } from '../format/format.ts';
import { creatorFor } from '../further-writers.ts';
import { checkPair, openPair, pairName, pairOf, parsePairName, sealPair, type Pair } from '../format/pair.ts';
import type { Repository } from '../repository.ts';

/**
 * The vault's pair, made where there is none yet: who is enrolled after it encrypts to it. Only who has the creator's
 * signing key and a master key can make one.
 */
export async function ensurePair(repository: Repository): Promise<{ readonly pair: Pair; readonly bytes: Buffer }> {
  const found = await readPair(repository);
  if (found) return found;
  const { target, descriptor, clock } = repository;
  const creator = creatorFor(repository);
  const ring = repository.keyRing();
  try {
    const held = await ring.create('pair', creator);
    const { publicKey } = pairOf(held, descriptor.vault);
    const pair = { key: held.id, publicKey, createdMs: clock.nowMs() };
    const bytes = sealPair(pair, descriptor.vault, creator);
    await target.put(pairName(pair.key), bytes);
    return { pair, bytes };
  } finally {
    ring.drop();
  }
}

/** The newest pair that the creator has signed. It is proven that the master key opens its private half. */
async function readPair(repository: Repository): Promise<{ readonly pair: Pair; readonly bytes: Buffer } | undefined> {
  const { target, descriptor } = repository;
  let newest: { readonly pair: Pair; readonly bytes: Buffer } | undefined;
  for await (const { name } of target.list('pairs/')) {
    if (parsePairName(name) === undefined) continue;
    try {
      const bytes = await target.get(name, MAX_JSON_OBJECT_LENGTH);
      const pair = openPair(name, bytes, descriptor);
      if (newest === undefined || pair.createdMs > newest.pair.createdMs) newest = { pair, bytes };
    } catch (error) {
      // What somebody else has put there is no pair of this vault.
      if (!(error instanceof VaultError) || error.code.startsWith('target-')) throw error;
    }
  }
  if (newest === undefined) return undefined;
  const ring = repository.keyRing();
  try {
    checkPair(newest.pair, pairOf(await ring.get(newest.pair.key), descriptor.vault));
  } finally {
    ring.drop();
  }
  return newest;
}
