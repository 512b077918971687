import { execFileSync, spawnSync } from 'node:child_process';
import { createHmac, createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCheckpoint, signCheckpoint, verifierKey } from '../../src/audit/checkpoint.ts';
import { type AuditDraft, leafOf } from '../../src/audit/entry.ts';
import { leafHash, rootOf } from '../../src/audit/merkle.ts';
import { tilePath } from '../../src/audit/tile.ts';
import { recordDigest, type StoredRecord } from '../../src/records/record.ts';
import { addRecord, emptyState, stateRoot } from '../../src/records/state-root.ts';

const script = join(import.meta.dirname, 'records_and_audit.py');
const hasPython = spawnSync('python3', ['--version']).status === 0;
const spec = (name: string) => readFileSync(join(import.meta.dirname, '../../docs/spec', name), 'utf8');

const record = (fields: Partial<StoredRecord>): Omit<StoredRecord, 'mac'> => ({
  tenantId: 't1',
  kind: 'key',
  id: 'k1',
  scope: 'eu-1',
  revision: 3,
  body: Buffer.from('{"a":1}'),
  ...fields,
});

function rootOfRecords(...records: readonly Omit<StoredRecord, 'mac'>[]): string {
  const sum = emptyState();
  for (const one of records) addRecord(sum, recordDigest(one));
  return stateRoot(sum).toString('hex');
}

/** What the product makes of the same inputs. */
function ours() {
  const first = record({});
  const second = record({ kind: 'principal', id: 'p1', scope: '', revision: 1, body: Buffer.from('{"name":"é"}') });
  const digest = recordDigest(first);
  const salt = Buffer.from(Array.from({ length: 16 }, (_, i) => i));
  const seed = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
  const use: AuditDraft = {
    tenantId: 't1',
    timeMs: 1_800_000_000_000,
    principal: 'arn:test:é',
    action: 'kms:Encrypt',
    key: 'k1',
    keyVersion: 'v1',
    requestId: 'r-1',
    outcome: 'refused',
    reason: 'AccessDenied',
    details: { source: '127.0.0.1', context: { b: '2', a: 'é' } },
    salt,
  };
  const change: AuditDraft = {
    tenantId: 't1',
    timeMs: 1_800_000_000_001,
    principal: 'arn:test:admin',
    action: 'keystead:CreateKey',
    requestId: 'r-2',
    outcome: 'done',
    change: true,
    details: {},
    salt,
  };
  const state = rootOfRecords(second, first);
  const changes = [{ kind: 'key', id: 'k1', revision: 3, digest: digest.toString('hex') }];
  const leaves = [leafOf(use).leaf, leafOf(change, { changes, stateRoot: state }).leaf, leafOf(use).leaf] as const;
  const root = rootOf(leaves.map(leafHash));
  // RFC 8410 section 7: the seed of an Ed25519 key as PKCS#8.
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey);
  const head = { origin: 'keystead.example/t1', size: 3, root, state, timeMs: 1_800_000_000_002 };
  const checkpoint = signCheckpoint(head, privateKey, publicKey);
  expect(openCheckpoint(checkpoint, head.origin, publicKey)).toEqual(head);
  return {
    recordDigest: digest.toString('hex'),
    recordMac: createHmac('sha256', seed).update(digest).digest('hex'),
    emptyStateRoot: rootOfRecords(),
    stateRootOfOne: rootOfRecords(first),
    stateRoot: state,
    detailsCommitment: JSON.parse(leaves[0].toString()).details as string,
    leaf: leaves[0].toString(),
    leafHash: leafHash(leaves[0]).toString('hex'),
    changeLeaf: leaves[1].toString(),
    treeRoot: root.toString('hex'),
    checkpoint,
    verifierKey: verifierKey(head.origin, publicKey),
    paths: [tilePath(0, 0), tilePath(1, 1_234_067), tilePath('entries', 1000, 7), tilePath('details', 999)],
  };
}

describe('the vectors of records and the audit log', () => {
  it.skipIf(!hasPython)('come out of a second implementation', () => {
    const theirs = JSON.parse(execFileSync('python3', [script], { encoding: 'utf8' }));
    expect(ours()).toEqual(theirs);
  });

  it('stand in the specifications', () => {
    const vectors = ours();
    for (const name of ['recordDigest', 'recordMac', 'emptyStateRoot', 'stateRootOfOne', 'stateRoot'] as const) {
      expect(spec('records.md')).toContain(vectors[name]);
    }
    for (const name of [
      'detailsCommitment',
      'leaf',
      'leafHash',
      'changeLeaf',
      'treeRoot',
      'checkpoint',
      'verifierKey',
    ] as const) {
      expect(spec('audit-log.md')).toContain(vectors[name]);
    }
  });
});
