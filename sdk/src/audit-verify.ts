import { fromBase64, toHex, type Bytes } from './audit-bytes.ts';
import { isSignedBy, readHead, readVerifierKey, type SignedHead } from './audit-checkpoint.ts';
import { isConsistent, isIncluded, leafHash } from './audit-tree.ts';

/** An entry with its proof, as `proveAuditEntry` answers it. Put the verifier key that you keep in place of the server's. */
export interface EntryToVerify {
  /** Base64 of the bytes that are hashed into the tree. */
  readonly leaf: string;
  readonly index: number;
  readonly size: number;
  /** Base64 of 32 bytes each, from the leaf upwards. */
  readonly hashes: readonly string[];
  /** The signed note. */
  readonly checkpoint: string;
  readonly verifierKey: string;
}

/** The growth of a log with its proof, as `proveAuditGrowth` answers it. */
export interface GrowthToVerify extends Pick<EntryToVerify, 'hashes' | 'checkpoint' | 'verifierKey'> {
  readonly from: number;
  readonly to: number;
}

/** One thing that was checked. */
export interface VerifiedStep {
  readonly name: 'key' | 'signature' | 'kept' | 'size' | 'leaf' | 'proof';
  readonly holds: boolean;
  /** What was found, in a sentence. */
  readonly says: string;
}

/** What a verification came to: the steps up to, and with, the first that does not hold. */
export interface Verification {
  readonly isVerified: boolean;
  readonly steps: readonly VerifiedStep[];
  /** What the checkpoint says, where its signature holds. */
  readonly head?: SignedHead;
  /** Hexadecimal, 64 digits: the entry's hash in the tree. */
  readonly leafHash?: string;
}

/**
 * Verifies in the browser, with WebCrypto alone, that an entry is in the log that a checkpoint signs (RFC 9162 section
 * 2.1.3.2, C2SP signed-note). Never throws for what was tampered with: a step says what does not hold.
 *
 * What it proves: the installation with this key signed a log with this entry at this place. Compare the key with one
 * that you got another way, and the checkpoint with those that you kept ({@link verifyGrowth}).
 */
export async function verifyEntry(entry: EntryToVerify): Promise<Verification> {
  const steps = new Steps();
  const head = await openHead(steps, entry.checkpoint, entry.verifierKey);
  if (head === undefined) return steps.end();
  if (!steps.add('size', entry.size === head.size, sizeSays(entry.size, head.size))) return steps.end(head);
  const leaf = fromBase64(entry.leaf);
  const log = head.origin.slice(head.origin.lastIndexOf('/') + 1);
  const isOfLog = leaf !== undefined && logOf(leaf) === log;
  if (
    !steps.add('leaf', isOfLog, isOfLog ? `The entry is one of the log ${log}` : `The entry is none of the log ${log}`)
  )
    return steps.end(head);
  const hash = await leafHash(leaf as Bytes);
  const hashes = entry.hashes.map((one) => fromBase64(one) ?? NOTHING);
  const holds = await isIncluded(hash, entry.index, entry.size, hashes, head.root);
  steps.add(
    'proof',
    holds,
    holds
      ? `Its hash and the ${hashes.length} hashes of the proof lead to the signed root: it is entry ${entry.index} of ${head.size}`
      : 'Its hash and those of the proof do not lead to the signed root: the entry, its place or the proof was changed',
  );
  return { ...steps.end(head), leafHash: toHex(hash) };
}

/**
 * Verifies that the log which a kept checkpoint signed is the beginning of the log of today: nothing before it was
 * changed, removed or put in between (RFC 9162 section 2.1.4.2).
 *
 * @param keptCheckpoint the signed note that you kept earlier
 */
export async function verifyGrowth(growth: GrowthToVerify, keptCheckpoint: string): Promise<Verification> {
  const steps = new Steps();
  const head = await openHead(steps, growth.checkpoint, growth.verifierKey);
  if (head === undefined) return steps.end();
  const key = await readVerifierKey(growth.verifierKey);
  const isKept = key !== undefined && (await isSignedBy(keptCheckpoint, key));
  const kept = isKept ? readHead(keptCheckpoint) : undefined;
  const keptSays = kept
    ? `The checkpoint that was kept is of the same log and key, signed at ${dateOf(kept.timeMs)}`
    : 'The checkpoint that was kept is not signed by this key for this log';
  if (!steps.add('kept', kept !== undefined, keptSays) || kept === undefined) return steps.end(head);
  const isOfBoth = growth.from === kept.size && growth.to === head.size;
  const says = isOfBoth
    ? `The proof is about the growth from ${kept.size} to ${head.size} entries`
    : `The proof is about ${growth.from} to ${growth.to} entries, the checkpoints about ${kept.size} to ${head.size}`;
  if (!steps.add('size', isOfBoth, says)) return steps.end(head);
  const hashes = growth.hashes.map((one) => fromBase64(one) ?? NOTHING);
  const holds = await isConsistent(kept.size, head.size, hashes, kept.root, head.root);
  steps.add(
    'proof',
    holds,
    holds
      ? 'The log of today begins with all that the kept checkpoint signed: nothing of it was changed or removed'
      : 'The log of today does not begin with what the kept checkpoint signed: it was rewritten, or the proof was changed',
  );
  return steps.end(head);
}

const NOTHING: Bytes = new Uint8Array(0);

class Steps {
  readonly #steps: VerifiedStep[] = [];

  add(name: VerifiedStep['name'], holds: boolean, says: string): boolean {
    this.#steps.push({ name, holds, says: `${says}.` });
    return holds;
  }

  end(head?: SignedHead): Verification {
    return { isVerified: this.#steps.every(({ holds }) => holds), steps: this.#steps, ...(head && { head }) };
  }
}

async function openHead(steps: Steps, checkpoint: string, verifierKey: string): Promise<SignedHead | undefined> {
  const key = await readVerifierKey(verifierKey);
  const about = key ? `The key is one of Ed25519, of ${key.name}` : 'The verifier key is none, or was changed';
  if (!steps.add('key', key !== undefined, about) || key === undefined) return undefined;
  const isSigned = await isSignedBy(checkpoint, key);
  const head = isSigned ? readHead(checkpoint) : undefined;
  const says = head
    ? `The checkpoint is signed by that key, at ${dateOf(head.timeMs)}, for ${head.size} entries`
    : 'The checkpoint is not signed by that key: it is of another log or installation, or was changed';
  return steps.add('signature', head !== undefined, says) ? head : undefined;
}

function sizeSays(size: number, signed: number): string {
  return size === signed
    ? 'The proof is about the tree that was signed'
    : `The proof is about a tree of ${size} entries, the checkpoint about one of ${signed}`;
}

/** The log that a leaf says it is of. */
function logOf(leaf: Bytes): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(leaf);
    return (JSON.parse(text) as { readonly tenant?: unknown } | null)?.tenant;
  } catch {
    return undefined;
  }
}

function dateOf(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? `${ms} ms` : date.toISOString();
}
