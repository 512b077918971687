import { canonicalJson, type Json } from '../bytes/canonical-json.ts';
import type { Precondition, Put } from '../records/commit.ts';
import { isAuthentic, sealRecord, type RecordRef, type StoredRecord } from '../records/record.ts';
import { KeyError } from './errors.ts';
import type { InstancePolicies } from './instance-policies.ts';
import type { KeySpace } from './key-space.ts';

/** The form of the body that this code writes and reads. */
const FORMAT = 1;

type Place = Pick<KeySpace, 'tenantId' | 'region' | 'tenantKey'>;

/** An instance has one record of its policies, under the name of its region. */
export function instancePoliciesRef({ tenantId, region }: Pick<Place, 'tenantId' | 'region'>): RecordRef {
  return { tenantId, kind: 'instance-policies', id: region };
}

/** What a change rests on that these policies allow: that they are still the ones. */
export function policiesStand(place: Pick<Place, 'tenantId' | 'region'>, { revision }: InstancePolicies): Precondition {
  return { ref: instancePoliciesRef(place), revision };
}

/** The write that brings the policies of an instance to a new state, from the revision that they bear. */
export function putInstancePolicies(place: Place, after: InstancePolicies): Put {
  const { revision, ...content } = after;
  const body = Buffer.from(canonicalJson({ format: FORMAT, ...content } as unknown as Json), 'utf8');
  const record = { ...instancePoliciesRef(place), scope: '', revision: revision + 1, body };
  return { put: sealRecord(record, place.tenantKey.records) };
}

/**
 * Reads the policies of an instance from their record.
 *
 * @throws {KeyError} `record-not-authentic`
 */
export function readInstancePolicies(place: Place, record: StoredRecord): InstancePolicies {
  const refused = () =>
    new KeyError('record-not-authentic', { detail: `the record of the policies of the instance in ${place.region}` });
  const { tenantId, kind, id } = instancePoliciesRef(place);
  const isOurs = record.tenantId === tenantId && record.kind === kind && record.id === id;
  if (!isOurs || !isAuthentic(record, place.tenantKey.records)) throw refused();
  const { format, ...content } = JSON.parse(record.body.toString('utf8')) as { format: number };
  if (format !== FORMAT) throw refused();
  return { ...(content as Omit<InstancePolicies, 'revision'>), revision: record.revision };
}
