import {
  holdAgainstLeaf,
  verifyEntry,
  verifyGrowth,
  type AuditEntryWhole,
  type ShownAgainstLeaf,
  type VerifiedStep,
} from '@keystead/sdk';
import { readKept } from './kept-checkpoint.ts';
import type { LogApi } from './log-api.ts';
import { watchLog } from './watch-log.ts';

/** One thing that was checked, with what was calculated or compared. */
export interface ProofStep {
  readonly title: string;
  readonly says: string;
  readonly holds: boolean;
  /** Hashes and keys, by their names. */
  readonly values: readonly (readonly [name: string, value: string])[];
}

export interface EntryVerification {
  readonly isVerified: boolean;
  readonly steps: readonly ProofStep[];
  /** What was verified, to be kept or verified by another program. */
  readonly evidence?: string;
}

const TITLES: Readonly<Record<VerifiedStep['name'], string>> = {
  key: 'The key',
  signature: 'The signature',
  kept: 'The checkpoint that was kept',
  size: 'One tree',
  leaf: 'The entry',
  proof: 'The way to the root',
};

const DETAILS: Readonly<Record<ShownAgainstLeaf['details'], string>> = {
  'as-logged':
    'Address, region and whatever else stands beside the entry are what the entry commits to, to the letter.',
  others: 'What is shown beside the entry, such as the address, is not what the entry commits to.',
  erased: 'They were erased. What is proved is what stands in the entry itself.',
};

/**
 * Verifies an entry in this browser: that it is in the log which a checkpoint signs, that the signature is of the key
 * which this browser trusts, and that the log has only grown since it was seen last.
 *
 * @param shown what is on the page: the proof is of this
 * @throws {KeysteadError} what kept the proof from being read
 */
export async function verifyInBrowser(api: LogApi, index: number, shown: AuditEntryWhole): Promise<EntryVerification> {
  const { log } = shown;
  const kept = readKept(log);
  const proof = await api.prove(index);
  const verifierKey = kept?.verifierKey ?? proof.verifierKey;
  const { isAsLogged, details } = await holdAgainstLeaf(shown);
  const isSameLeaf = new TextDecoder().decode(bytesOf(proof.leaf)) === shown.leaf && proof.index === index;
  const isShown = isSameLeaf && isAsLogged && shown.entry.index === index;
  const steps: ProofStep[] = [
    {
      title: 'What is shown',
      says: isShown
        ? 'The entry that is proved is the one on this page, to the letter.'
        : 'The entry that is proved is another than the one on this page.',
      holds: isShown,
      values: [],
    },
    { title: 'The details', says: DETAILS[details], holds: details !== 'others', values: [] },
    keyStep(kept?.verifierKey, kept?.since, proof.verifierKey),
  ];
  const found = await verifyEntry({ ...proof, index, verifierKey });
  const values: Partial<Record<VerifiedStep['name'], ProofStep['values']>> = {
    key: [['Verifier key', verifierKey]],
    signature: [['Checkpoint', proof.checkpoint]],
    size: [['Entries', String(proof.size)]],
    leaf: [['Hash of the entry', found.leafHash ?? '']],
    proof: [
      ...proof.hashes.map((hash, place) => [`Hash ${place + 1}`, hexOf(bytesOf(hash))] as const),
      ['Signed root', found.head ? hexOf(found.head.root) : ''],
    ],
  };
  steps.push(
    ...found.steps.map(({ name, says, holds }) => ({ title: TITLES[name], says, holds, values: values[name] ?? [] })),
  );
  const isSound = steps.every(({ holds }) => holds);
  if (isSound) steps.push(await growthStep(log, api, proof.checkpoint, proof.size, verifierKey));
  return {
    isVerified: steps.every(({ holds }) => holds),
    steps,
    evidence: JSON.stringify(proof, undefined, 2),
  };
}

function keyStep(kept: string | undefined, since: string | undefined, given: string): ProofStep {
  const isSame = kept === undefined || kept === given;
  const known =
    kept === undefined ? 'This browser sees the log for the first time, and trusts its key from now on.' : '';
  return {
    title: 'Whose word it is',
    says: isSame
      ? known || `The key is the one that this browser has trusted since ${since ?? ''}.`
      : 'The key is another than the one that this browser trusts for this log.',
    holds: isSame,
    values: isSame
      ? []
      : [
          ['Trusted', kept],
          ['Given', given],
        ],
  };
}

/** The log of now goes on from what this browser kept, and from what the entry was proved against. */
async function growthStep(
  log: string,
  api: LogApi,
  checkpoint: string,
  size: number,
  verifierKey: string,
): Promise<ProofStep> {
  const watch = await watchLog(log, api);
  const title = 'Nothing taken away since';
  if (watch.kind !== 'grown' && watch.kind !== 'first')
    return { title, says: 'The log has not only grown since this browser saw it last.', holds: false, values: [] };
  const growth = await api.grow(size);
  const { isVerified, head } = await verifyGrowth({ ...growth, verifierKey }, checkpoint);
  const now = head?.size ?? growth.to;
  return {
    title,
    says: isVerified
      ? `The log has ${now} entries by now, and begins with all ${size} that the proof is about${watch.kind === 'grown' ? `, and with the ${watch.from} that this browser had seen` : ''}.`
      : 'The log of now does not begin with what the proof is about.',
    holds: isVerified,
    values: growth.hashes.map((hash, place) => [`Hash ${place + 1}`, hexOf(bytesOf(hash))] as const),
  };
}

function bytesOf(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array(0);
  }
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
