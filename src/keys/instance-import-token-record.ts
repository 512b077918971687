import { canonicalJson, type Json } from '../bytes/canonical-json.ts';
import type { Put } from '../records/commit.ts';
import { andThen, type MaybePromise, type RecordReader } from '../records/ports.ts';
import { isAuthentic, sealRecord, type RecordRef, type StoredRecord } from '../records/record.ts';
import { KeyError } from './errors.ts';
import type { InstanceImportToken } from './instance-import-token.ts';
import type { KeySpace } from './key-space.ts';

/** The form of the body that this code writes and reads. */
const FORMAT = 1;

/** There is one for each tenant and region. */
function tokenRef({ tenantId, region }: Pick<KeySpace, 'tenantId' | 'region'>): RecordRef {
  return { tenantId, kind: 'instance-import-token', id: region };
}

/** The write that brings the token to its revision. */
export function putInstanceImportToken(space: KeySpace, token: InstanceImportToken): Put {
  const { tenantId: _, region, revision, ...content } = token;
  const body = Buffer.from(canonicalJson({ format: FORMAT, ...content } as unknown as Json), 'utf8');
  return { put: sealRecord({ ...tokenRef(space), scope: region, revision, body }, space.tenantKey.records) };
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
