import { canonicalJson, type Json } from '../bytes/canonical-json.ts';
import type { Put, RecordName, Remove } from '../records/commit.ts';
import { renamed, timedName } from '../records/names.ts';
import { andThen, type MaybePromise, type RecordReader } from '../records/ports.ts';
import { isAuthentic, sealRecord, type RecordRef, type StoredRecord } from '../records/record.ts';
import { KeyError } from './errors.ts';
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
  const body = Buffer.from(canonicalJson({ format: FORMAT, ...content } as unknown as Json), 'utf8');
  return {
    put: sealRecord({ ...tokenRef(space), scope: region, revision, body }, space.tenantKey.records),
    ...renamed(before === undefined ? [] : [endName(before)], [endName(token)]),
  };
}

/** Forgets a token with the private key in it: for a commit that shreds. */
export function removeInstanceImportToken(token: InstanceImportToken): Remove {
  return { remove: tokenRef(token), revision: token.revision };
}

function endName({ tenantId, region, expiresAtMs }: InstanceImportToken): RecordName {
  return timedName(TOKEN_END_SPACE, expiresAtMs + TOKEN_KEPT_MS, `${tenantId}/${region}`);
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
  const refused = () => new KeyError('record-not-authentic', { detail: `the import token of ${record.id}` });
  const isOurs = record.tenantId === space.tenantId && record.id === space.region && record.scope === space.region;
  if (!isOurs || !isAuthentic(record, space.tenantKey.records)) throw refused();
  const { format, ...content } = JSON.parse(record.body.toString('utf8')) as { format: number };
  if (format !== FORMAT) throw refused();
  const { tenantId, scope: region, revision } = record;
  const fields = content as Omit<InstanceImportToken, 'tenantId' | 'region' | 'revision'>;
  return { ...fields, tenantId, region, revision };
}
