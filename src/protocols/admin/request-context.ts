import { foldName } from '../../access/fold-name.ts';
import type { RequestContext } from '../../access/request.ts';
import type { NewGrant } from '../../keys/create-grant.ts';

/** Values by the condition keys that policies ask for, in lower case. */
export type Values = Readonly<Record<string, readonly string[] | undefined>>;

/**
 * What conditions of policies may ask about a request of this API, by the keys that AWS has for the same: a policy that
 * refuses something on one wire refuses it on every other.
 */
export function requestContext(values: Values): RequestContext {
  return { values: (key) => values[key] };
}

/** What conditions may ask about tags that a request gives. Keys that differ in case are one name, with a value each. */
export function requestTags(tags: readonly { readonly key: string; readonly value: string }[]): Values {
  if (tags.length === 0) return {};
  const byName = Map.groupBy(tags, ({ key }) => `aws:requesttag/${foldName(key)}`);
  return {
    'aws:tagkeys': tags.map(({ key }) => key),
    ...Object.fromEntries([...byName].map(([name, own]) => [name, own.map(({ value }) => value)])),
  };
}

const BY_NO_SERVICE_VALUES: Values = { 'kms:grantisforawsresource': ['false'] };
/** Services make grants for resources of their own on the AWS wire alone. */
export const BY_NO_SERVICE = requestContext(BY_NO_SERVICE_VALUES);

/** What conditions may ask about a new grant. */
export function grantContext({
  operations,
  grantee,
  retiring,
  constraints,
}: Pick<NewGrant, 'operations' | 'grantee' | 'retiring' | 'constraints'>): RequestContext {
  const { encryptionContextEquals: equals = [], encryptionContextSubset: subset = [] } = constraints;
  const pairs = [...equals, ...subset];
  const ofPairs = Map.groupBy(pairs, ([name]) => `kms:encryptioncontext:${foldName(name)}`);
  return requestContext({
    ...Object.fromEntries([...ofPairs].map(([key, found]) => [key, found.map(([, value]) => value)])),
    'kms:encryptioncontextkeys': pairs.map(([name]) => name),
    'kms:grantconstrainttype': [
      ...(constraints.encryptionContextEquals ? ['EncryptionContextEquals'] : []),
      ...(constraints.encryptionContextSubset ? ['EncryptionContextSubset'] : []),
    ],
    ...BY_NO_SERVICE_VALUES,
    'kms:grantoperations': operations,
    'kms:granteeprincipal': grantee.type === 'principal' ? [grantee.name] : undefined,
    'kms:retiringprincipal': retiring?.type === 'principal' ? [retiring.name] : undefined,
  });
}
