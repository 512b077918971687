import { canonicalRange } from '../../access/address-text.ts';
import {
  ALL_CREATION,
  type CreationRights,
  type InstancePolicies,
  type InstancePolicyKind,
  type InstancePolicySetting,
  type Network,
  type PolicyTerms,
} from '../../keys/instance-policies.ts';
import { badField } from './errors.ts';
import type { Values } from './facts.ts';
import type { Fields } from './fields.ts';
import { DAYS_PER_MONTH, monthsOf, timestamp } from './names.ts';

/** The policies of an instance by their names on this wire, in the order of lists. */
export const POLICY_TYPES = [
  'allowedNetwork',
  'allowedIP',
  'dualAuthDelete',
  'keyCreateImportAccess',
  'metrics',
  'rotation',
] as const;
export type PolicyType = (typeof POLICY_TYPES)[number];

const MAX_RANGES = 1_000;
export const INTERVAL_MONTHS = { min: 1, max: 12 };

interface Row<K extends InstancePolicyKind> {
  readonly kind: K;
  readonly attributes: readonly string[];
  /** IBM's clients (Go, Python) send attributes of policies that they switch off, too. */
  readonly mayHaveAttributesWhenOff?: true;
  /** What the attributes say of a policy that is switched on; `undefined`: none were sent. */
  readonly read: (attributes: Fields | undefined) => PolicyTerms[K];
  /** The attributes; `undefined`: it has none. */
  readonly show?: (terms: PolicyTerms[K]) => object | undefined;
  /** What events tell of it. */
  readonly facts: (terms: PolicyTerms[K], isEnabled: boolean) => Values;
}

const CREATION: Readonly<Record<string, keyof CreationRights>> = {
  create_root_key: 'createWrapping',
  create_standard_key: 'createSecret',
  import_root_key: 'importWrapping',
  import_standard_key: 'importSecret',
  enforce_token: 'enforceToken',
};

const ROWS: { readonly [T in PolicyType]: Row<InstancePolicyKind> } = {
  allowedNetwork: row({
    kind: 'network',
    attributes: ['allowed_network'],
    mayHaveAttributesWhenOff: true,
    read(attributes) {
      const network = attributes?.raw('allowed_network');
      if (network !== 'public-and-private' && network !== 'private-only')
        throw badField('allowed_network', 'public-and-private or private-only');
      return { network: network satisfies Network };
    },
    show: ({ network }) => ({ allowed_network: network }),
    facts: ({ network }, isEnabled) => ({
      policyAllowedNetworkEnabled: isEnabled,
      policyAllowedNetworkAttribute: network,
    }),
  }),
  allowedIP: row({
    kind: 'addresses',
    attributes: ['allowed_ip'],
    mayHaveAttributesWhenOff: true,
    read: (attributes) => ({ ranges: rangesOf(attributes) }),
    show: ({ ranges }) => ({ allowed_ip: ranges }),
    facts: ({ ranges }, isEnabled) => ({ policyAllowedIPEnabled: isEnabled, policyAllowedIPAttribute: ranges }),
  }),
  dualAuthDelete: row({
    kind: 'dualAuthorization',
    attributes: [],
    read: () => ({}),
    facts: (_, isEnabled) => ({ policyDualAuthDeleteEnabled: isEnabled }),
  }),
  keyCreateImportAccess: row({
    kind: 'creation',
    attributes: Object.keys(CREATION),
    mayHaveAttributesWhenOff: true,
    read: (attributes) => ({
      ...ALL_CREATION,
      ...Object.fromEntries(
        Object.entries(CREATION).flatMap(([name, right]) => {
          const flag = attributes?.flag(name);
          return flag === undefined ? [] : [[right, flag]];
        }),
      ),
    }),
    show: (terms) => Object.fromEntries(Object.entries(CREATION).map(([name, right]) => [name, terms[right]])),
    facts: (terms, isEnabled) => ({
      policyKCIAEnabled: isEnabled,
      policyKCIAAttrCRK: terms.createWrapping,
      policyKCIAAttrCSK: terms.createSecret,
      policyKCIAAttrIRK: terms.importWrapping,
      policyKCIAAttrISK: terms.importSecret,
      policyKCIAAttrET: terms.enforceToken,
    }),
  }),
  metrics: row({
    kind: 'metrics',
    attributes: [],
    read: () => ({}),
    facts: (_, isEnabled) => ({ policyMetricsEnabled: isEnabled }),
  }),
  rotation: row({
    kind: 'rotation',
    attributes: ['interval_month'],
    read(attributes) {
      const months = attributes?.integer('interval_month', INTERVAL_MONTHS);
      if (months === undefined) throw badField('interval_month', 'an integer between 1 and 12 (inclusive)');
      return { intervalDays: months * DAYS_PER_MONTH };
    },
    show: ({ intervalDays }) => (intervalDays === undefined ? undefined : { interval_month: monthsOf(intervalDays) }),
    facts: ({ intervalDays }, isEnabled) => ({
      policyRotationEnabled: isEnabled,
      ...(intervalDays !== undefined && { policyRotationInterval: monthsOf(intervalDays) }),
    }),
  }),
};

function row<K extends InstancePolicyKind>(of: Row<K>): Row<InstancePolicyKind> {
  // Each row reads and shows the terms of its own kind; the compiler cannot follow that through the table.
  return of as unknown as Row<InstancePolicyKind>;
}

export function isPolicyType(name: unknown): name is PolicyType {
  return (POLICY_TYPES as readonly unknown[]).includes(name);
}

/**
 * Reads one policy of a request, its members `policy_type` and `policy_data`.
 *
 * @throws {KeyProtectError} `INVALID_FIELD_ERR`, `BAD_BODY_ERR`
 */
export function readPolicy(resource: Fields): { readonly type: PolicyType; readonly setting: InstancePolicySetting } {
  const type = resource.raw('policy_type');
  if (!isPolicyType(type)) throw badField('policy_type', `one of ${POLICY_TYPES.join(', ')}`);
  const data = resource.object('policy_data', ['enabled', 'attributes']);
  const isEnabled = data?.flag('enabled');
  if (data === undefined || isEnabled === undefined) throw badField('policy_data', 'an object with the member enabled');
  const { kind, attributes: names, mayHaveAttributesWhenOff, read } = ROWS[type];
  const attributes = data.object('attributes', names);
  const isTooMuch = !isEnabled && mayHaveAttributesWhenOff !== true && names.some((name) => attributes?.has(name));
  if (isTooMuch) throw badField('attributes', 'absent where the policy is not enabled: to disable it resets them');
  const terms = isEnabled ? read(attributes) : {};
  return { type, setting: { kind, isEnabled, terms } as InstancePolicySetting };
}

/** The policies of an instance that were ever set, as this wire has them. */
export function showPolicies(policies: InstancePolicies, only?: PolicyType): object[] {
  return POLICY_TYPES.filter((type) => only === undefined || type === only).flatMap((type) => {
    const { kind, show } = ROWS[type];
    const policy = policies[kind];
    if (policy === undefined) return [];
    const attributes = show?.(policy as PolicyTerms[InstancePolicyKind]);
    return [
      {
        policy_type: type,
        policy_data: { enabled: policy.isEnabled, ...(attributes && { attributes }) },
        creationDate: timestamp(policy.createdAtMs),
        createdBy: policy.createdBy,
        lastUpdated: timestamp(policy.updatedAtMs),
        updatedBy: policy.updatedBy,
      },
    ];
  });
}

/** What events tell of the policies that are set. */
export function factsOfPolicies(policies: InstancePolicies, types: readonly PolicyType[]): Values {
  return Object.assign(
    {},
    ...types.map((type) => {
      const { kind, facts } = ROWS[type];
      const policy = policies[kind];
      return policy && facts(policy as PolicyTerms[InstancePolicyKind], policy.isEnabled);
    }),
  ) as Values;
}

function rangesOf(attributes: Fields | undefined): string[] {
  const given = attributes?.list('allowed_ip', MAX_RANGES) ?? [];
  const ranges = given.map((text) => (typeof text === 'string' ? canonicalRange(text) : undefined));
  const isSound = ranges.length > 0 && ranges.every((range) => range !== undefined);
  if (!isSound) throw badField('allowed_ip', `1 to ${MAX_RANGES} subnets of IPv4 or IPv6, like 192.0.2.0/24`);
  return [...new Set(ranges)] as string[];
}
