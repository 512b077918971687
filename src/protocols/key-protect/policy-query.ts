import { badQuery } from './errors.ts';
import { isPolicyType, POLICY_TYPES, type PolicyType } from './instance-policies.ts';
import type { Query } from './query.ts';

/** Which policy of an instance a request is about; all of them where it does not say. */
export function policyTypeOf(query: Query): PolicyType | undefined {
  const name = query.text('policy');
  if (name === undefined || isPolicyType(name)) return name;
  throw badQuery('policy', `one of ${POLICY_TYPES.join(', ')}`);
}
