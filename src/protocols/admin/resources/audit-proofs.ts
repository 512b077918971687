import Type from 'typebox';
import { LOG_INDEX } from '../audit-answer.ts';
import { logRoutes } from '../log-routes.ts';
import { AdminRefusal } from '../refusal.ts';
import { closed, named } from '../schema.ts';
import { entryNotFound } from './audit-entries.ts';

const HASHES = Type.Array(Type.String({ description: 'base64 of 32 bytes' }));
const LOG_SIZE = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER - 1 });
const CHECKPOINT = Type.String({ description: 'the signed head that the proof leads to: C2SP tlog-checkpoint' });
const VERIFIER_KEY = Type.String({
  description: 'the public key, as tools for C2SP signed notes take it: compare it with the one that you keep',
});

const ENTRY_PROOF = named('AuditEntryProof', {
  log: Type.String(),
  index: LOG_INDEX,
  size: { ...LOG_SIZE, description: 'the entries of the tree that the proof is about' },
  leaf: Type.String({ description: 'base64 of the bytes that are hashed into the tree' }),
  hashes: { ...HASHES, description: 'RFC 9162 section 2.1.3, from the leaf upwards' },
  checkpoint: CHECKPOINT,
  verifierKey: VERIFIER_KEY,
});

const GROWTH_PROOF = named('AuditGrowthProof', {
  log: Type.String(),
  from: { ...LOG_SIZE, description: 'the older size' },
  to: { ...LOG_SIZE, description: 'the size of the checkpoint' },
  hashes: { ...HASHES, description: 'RFC 9162 section 2.1.4' },
  checkpoint: CHECKPOINT,
  verifierKey: VERIFIER_KEY,
});

const proveEntry = logRoutes({
  ids: ['proveAuditEntry', 'proveInstallationAuditEntry'],
  below: '/entries/{index}/proof',
  summary: 'Proves that an entry is in LOG, against its newest signed checkpoint',
  params: closed({ index: LOG_INDEX }),
  answer: ENTRY_PROOF,
  example: { params: { index: 0 } },
  details: ({ params }) => ({ index: params.index }),
  read: async ({ services: { audit } }, log, { params: { index } }) => {
    const { leaf, proof, checkpoint } = await audit
      .reader(log)
      .prove(index)
      .catch(refuseRange(() => entryNotFound(index)));
    return {
      log,
      index,
      size: proof.size,
      leaf: leaf.toString('base64'),
      hashes: proof.hashes.map(inBase64),
      checkpoint,
      verifierKey: audit.verifierKey(log),
    };
  },
});

const proveGrowth = logRoutes({
  ids: ['proveAuditGrowth', 'proveInstallationAuditGrowth'],
  below: '/growth',
  summary: 'Proves that LOG goes on from what it was at an older size',
  query: closed({ from: LOG_SIZE }),
  answer: GROWTH_PROOF,
  example: { query: { from: 1 } },
  details: ({ query }) => ({ from: query.from }),
  read: async ({ services: { audit } }, log, { query: { from } }) => {
    const { proof, checkpoint } = await audit
      .reader(log)
      .proveGrowth(from)
      .catch(refuseRange(() => neverThatLarge(from)));
    const hashes = proof.hashes.map(inBase64);
    return { log, from, to: proof.to, hashes, checkpoint, verifierKey: audit.verifierKey(log) };
  },
});

export const AUDIT_PROOF_ROUTES = [...proveEntry, ...proveGrowth];

function neverThatLarge(from: number): AdminRefusal {
  return new AdminRefusal(
    'audit-size-unknown',
    `the audit log has no ${from} entries. If a checkpoint that you kept says that it had, entries were removed from it`,
  );
}

function refuseRange(refusal: () => AdminRefusal): (error: unknown) => never {
  return (error) => {
    throw error instanceof RangeError ? refusal() : error;
  };
}

function inBase64(hash: Buffer): string {
  return hash.toString('base64');
}
