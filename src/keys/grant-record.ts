import { hash } from 'node:crypto';
import { canonicalJson, type Json } from '../bytes/canonical-json.ts';
import type { TenantKey } from '../crypto/hierarchy.ts';
import { openBody, sealBody } from '../records/body.ts';
import type { Put, RecordName, Remove } from '../records/commit.ts';
import type { RecordRef, StoredRecord } from '../records/record.ts';
import { notAuthentic } from './errors.ts';
import { partyName, type Grant } from './grant.ts';
import type { Key } from './key.ts';

/** The form of a grant's body that this code writes and reads: docs/spec/grants.md. */
const FORMAT = 1;

/** A key as far as its grants lie below it. */
export type GrantedKey = Pick<Key, 'tenantId' | 'region' | 'id'>;

export function grantRef(tenantId: string, grantId: string): RecordRef {
  return { tenantId, kind: 'grant', id: grantId };
}

/** All grants of one key. */
export function grantScope({ region, id }: GrantedKey): string {
  return `${region}/${id}`;
}

/** Space of the grants of one key that name one party as the grantee. The names are grant ids. */
export function granteeSpace({ tenantId, region, id }: GrantedKey, party: string): string {
  return `grantee:${tenantId}:${region}:${id}:${party}`;
}

/** Space of the grants of one region, whoever owns their keys, that one party may retire. The names are grant ids. */
export function retiringSpace(region: string, party: string): string {
  return `grant-retiring:${region}:${party}`;
}

/** The name under which a grant that has a name is found again by a request with the same parameters. */
export function sameGrantName(grant: Omit<Grant, 'id' | 'revision' | 'createdAtMs'>): RecordName {
  const { tenantId, region, keyId, name, grantee, retiring, issuingAccountId, operations, constraints } = grant;
  const parameters = {
    name,
    grantee,
    retiring,
    issuingAccountId,
    operations: operations.toSorted(),
    constraints,
  } as unknown as Json;
  const digest = hash('sha256', canonicalJson(parameters), 'hex');
  return { space: `grant-name:${tenantId}:${region}:${keyId}`, name: digest };
}

/** The write that makes a grant, with the names by which it is found. */
export function putGrant(tenantKey: TenantKey, grant: Grant): Put {
  const { tenantId, id, revision, ...content } = grant;
  if (tenantKey.tenantId !== tenantId) throw new TypeError('a grant is written under the keys of its own tenant');
  const at = { ...grantRef(tenantId, id), scope: grantScope(keyOf(grant)), revision };
  return { put: sealBody(tenantKey.records, at, FORMAT, content), claim: namesOf(grant) };
}

/** The write that takes a grant away, and its names with it. */
export function removeGrant({ tenantId, id, revision }: Grant): Remove {
  return { remove: grantRef(tenantId, id), revision };
}

/**
 * Reads a grant from its record.
 *
 * @throws {KeyError} `record-not-authentic` when the record is not one that this installation wrote
 */
export function readGrant(tenantKey: TenantKey, record: StoredRecord): Grant {
  const refused = (): Error => notAuthentic(`the grant ${record.id}`);
  const wanted = { kind: 'grant', format: FORMAT, refused } as const;
  const content = openBody<Omit<Grant, 'tenantId' | 'id' | 'revision'>>(tenantKey.records, record, wanted);
  const { tenantId, id, revision } = record;
  const grant = { ...content, tenantId, id, revision };
  if (record.scope !== grantScope(keyOf(grant))) throw refused();
  return grant;
}

/** The key that a grant is of. */
export function keyOf({ tenantId, region, keyId }: Pick<Grant, 'tenantId' | 'region' | 'keyId'>): GrantedKey {
  return { tenantId, region, id: keyId };
}

function namesOf(grant: Grant): RecordName[] {
  const { id, region, grantee, retiring, name } = grant;
  return [
    { space: granteeSpace(keyOf(grant), partyName(grantee)), name: id },
    ...(retiring ? [{ space: retiringSpace(region, partyName(retiring)), name: id }] : []),
    ...(name === undefined ? [] : [sameGrantName(grant)]),
  ];
}
