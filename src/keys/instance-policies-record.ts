import { openBody, sealBody } from '../records/body.ts';
import type { Precondition, Put } from '../records/commit.ts';
import type { RecordRef, StoredRecord } from '../records/record.ts';
import { notAuthentic } from './errors.ts';
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
  const at = { ...instancePoliciesRef(place), scope: '', revision: revision + 1 };
  return { put: sealBody(place.tenantKey.records, at, FORMAT, content) };
}

/**
 * Reads the policies of an instance from their record.
 *
 * @throws {KeyError} `record-not-authentic`
 */
export function readInstancePolicies(place: Place, record: StoredRecord): InstancePolicies {
  const refused = (): Error => notAuthentic(`the policies of the instance in ${place.region}`);
  const { tenantId, kind, id } = instancePoliciesRef(place);
  if (record.tenantId !== tenantId || record.id !== id) throw refused();
  const wanted = { kind, format: FORMAT, refused };
  const content = openBody<Omit<InstancePolicies, 'revision'>>(place.tenantKey.records, record, wanted);
  return { ...content, revision: record.revision };
}
