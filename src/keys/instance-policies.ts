/** A policy of an instance: whether it is switched on, and when and by whom it was set. */
export interface InstancePolicy {
  readonly isEnabled: boolean;
  readonly createdAtMs: number;
  readonly createdBy: string;
  readonly updatedAtMs: number;
  readonly updatedBy: string;
}

/** From where an instance may be reached: `private-only` is loopback, RFC 1918, RFC 4193 and link-local addresses. */
export type Network = 'public-and-private' | 'private-only';

/** Which keys may come into being in an instance, and how their material may be brought. */
export interface CreationRights {
  /** Keys whose material never leaves, made here. */
  readonly createWrapping: boolean;
  /** Stored secrets that are made here. */
  readonly createSecret: boolean;
  readonly importWrapping: boolean;
  readonly importSecret: boolean;
  /** Material that is brought must be encrypted under an import token. */
  readonly enforceToken: boolean;
}

/** What holds where nobody has said anything else. */
export const ALL_CREATION: CreationRights = {
  createWrapping: true,
  createSecret: true,
  importWrapping: true,
  importSecret: true,
  enforceToken: false,
};

/** What each kind of policy says besides that it is on. */
export interface PolicyTerms {
  readonly network: { readonly network: Network };
  /** CIDR blocks in their canonical text. */
  readonly addresses: { readonly ranges: readonly string[] };
  /** New keys are deleted by two people. */
  readonly dualAuthorization: object;
  readonly creation: CreationRights;
  /** Requests are counted by the minute. */
  readonly metrics: object;
  /** New keys are rotated by themselves. Absent while it is off. */
  readonly rotation: { readonly intervalDays?: number };
}

export type InstancePolicyKind = keyof PolicyTerms;

/** The policies of an instance, one record: only those that were ever set are there, switched-off ones too. */
export type InstancePolicies = {
  readonly [K in InstancePolicyKind]?: InstancePolicy & PolicyTerms[K];
} & {
  /** 0 where none was ever set. */
  readonly revision: number;
};

export const NO_INSTANCE_POLICIES: InstancePolicies = { revision: 0 };

/** What a policy says that is switched off: as if it had never been set. */
const TERMS_WHEN_OFF: { readonly [K in InstancePolicyKind]: PolicyTerms[K] } = {
  network: { network: 'public-and-private' },
  addresses: { ranges: [] },
  dualAuthorization: {},
  creation: ALL_CREATION,
  metrics: {},
  rotation: {},
};

/** A policy as it is to be from now on: its terms count while it is on. */
export type InstancePolicySetting = {
  readonly [K in InstancePolicyKind]: {
    readonly kind: K;
    readonly isEnabled: boolean;
    readonly terms: PolicyTerms[K];
  };
}[InstancePolicyKind];

/** The policies after some of them are set anew. To set what is so already is a change too: who set it is told. */
export function setInstancePolicies(
  before: InstancePolicies,
  settings: readonly InstancePolicySetting[],
  by: string,
  nowMs: number,
): InstancePolicies {
  const set = settings.map(({ kind, isEnabled, terms }) => {
    const { createdAtMs = nowMs, createdBy = by } = before[kind] ?? {};
    const said = isEnabled ? terms : TERMS_WHEN_OFF[kind];
    return [kind, { ...said, isEnabled, createdAtMs, createdBy, updatedAtMs: nowMs, updatedBy: by }];
  });
  return { ...before, ...(Object.fromEntries(set) as Partial<InstancePolicies>) };
}
