import { openBody, sealBody } from '../records/body.ts';
import type { Put, RecordName, Remove } from '../records/commit.ts';
import { renamed, timedName } from '../records/names.ts';
import { andThen, type MaybePromise, type RecordReader } from '../records/ports.ts';
import type { RecordRef, StoredRecord } from '../records/record.ts';
import { notAuthentic } from './errors.ts';
import type { InstanceImportToken } from './instance-import-token.ts';
import type { KeySpace } from './key-space.ts';

/** The form of the body that this code writes and reads. */
const FORMAT = 1;

/** Space of the ends of tokens: over all tenants, sorted by the time when they are to be forgotten. */
export const TOKEN_END_SPACE = 'import-token-end';

/**
 * How long after its end a token is kept, in milliseconds: longer than any request takes that has read it, so that what
 * is written of one token never comes behind the removal of it.
 */
export const TOKEN_KEPT_MS = 10 * 60_000;

/** There is one for each tenant and region. */
function tokenRef({ tenantId, region }: Pick<KeySpace, 'tenantId' | 'region'>): RecordRef {
  return { tenantId, kind: 'instance-import-token', id: region };
}

/** The write that brings the token to its revision, from `before`. */
export function putInstanceImportToken(
  space: KeySpace,
  before: InstanceImportToken | undefined,
  token: InstanceImportToken,
): Put {
  const { tenantId: _, region, revision, ...content } = token;
  const at = { ...tokenRef(space), scope: region, revision };
  return {
    put: sealBody(space.tenantKey.records, at, FORMAT, content),
    ...renamed(namesOf, before, token),
  };
}

/** Forgets a token with the private key in it: for a commit that shreds. */
export function removeInstanceImportToken(token: InstanceImportToken): Remove {
  return { remove: tokenRef(token), revision: token.revision };
}

function namesOf({ tenantId, region, expiresAtMs }: InstanceImportToken): RecordName[] {
  return [timedName(TOKEN_END_SPACE, expiresAtMs + TOKEN_KEPT_MS, `${tenantId}/${region}`)];
}

/**
 * The token of a tenant and region, however old it is; `undefined` where none was ever made.
 *
 * @throws {KeyError} `record-not-authentic`
 */
export function findInstanceImportToken(
  records: RecordReader,
  space: KeySpace,
): MaybePromise<InstanceImportToken | undefined> {
  return andThen(records.read(tokenRef(space)), (record) => record && readToken(space, record));
}

function readToken(space: KeySpace, record: StoredRecord): InstanceImportToken {
  const { tenantId, scope: region, revision } = record;
  const refused = (): Error => notAuthentic(`the import token of ${record.id}`);
  if (tenantId !== space.tenantId || record.id !== space.region || region !== space.region) throw refused();
  const wanted = { kind: 'instance-import-token', format: FORMAT, refused } as const;
  type Content = Omit<InstanceImportToken, 'tenantId' | 'region' | 'revision'>;
  return { ...openBody<Content>(space.tenantKey.records, record, wanted), tenantId, region, revision };
}
