import type { Key } from '@keystead/sdk';
import type { Api } from '../../../api/api.ts';
import { problemOf } from '../../../api/problem.ts';
import { purposeOf, type Purpose } from '../purposes.ts';

/** What somebody who makes a key has said. */
export interface NewKeyPlan {
  readonly region: string;
  readonly purpose: Purpose['id'];
  readonly spec: string;
  readonly alias: string;
  readonly description: string;
  /** `name=value` each. */
  readonly tags: readonly string[];
  readonly keyRing: string;
  readonly isMultiRegion: boolean;
  /** Undefined: it does not rotate by itself. */
  readonly rotationDays: number | undefined;
  /** ARNs of those whom the policy of the key names as its users. */
  readonly users: readonly string[];
}

/** The key, and what of the plan did not come to be. */
export interface CreatedKey {
  readonly key: Key;
  readonly problems: readonly string[];
}

export const tagOf = (text: string) => {
  const at = text.indexOf('=');
  return at < 0 ? { key: text, value: '' } : { key: text.slice(0, at), value: text.slice(at + 1) };
};

/**
 * Makes a key as planned. It is there as soon as it is made; rotation and policy follow, and what fails of them is told
 * beside it.
 */
export async function createKeyWith(
  api: Api,
  plan: NewKeyPlan,
  policyFor: (users: readonly string[]) => string,
): Promise<CreatedKey> {
  const { region, spec, alias, description, tags, keyRing, isMultiRegion, rotationDays, users } = plan;
  const key = await api.createKey(region, {
    spec: spec as 'aes-256',
    usage: purposeOf(plan.purpose).usage,
    description,
    ...(alias !== '' && { aliases: [`alias/${alias}`] }),
    ...(tags.length > 0 && { tags: tags.map(tagOf) }),
    ...(keyRing !== 'default' && { keyRing }),
    ...(isMultiRegion && { multiRegion: true }),
  });
  const rest = await Promise.allSettled([
    rotationDays === undefined ? undefined : api.enableKeyRotation(region, key.keyId, { periodDays: rotationDays }),
    users.length === 0 ? undefined : api.setKeyPolicy(region, key.keyId, { policy: policyFor(users) }),
  ]);
  const what = ['It does not rotate:', 'Its policy is the usual one:'];
  const problems = rest.flatMap((result, at) =>
    result.status === 'rejected' ? [`${what[at]} ${problemOf(result.reason).message}.`] : [],
  );
  return { key, problems };
}
