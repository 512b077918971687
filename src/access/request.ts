import type { AccessPolicy } from './policy.ts';

/** A policy that bounds a credential, by the name that people give it. */
export interface Scope extends AccessPolicy {
  readonly name: string;
}

/** Who asks, as far as policies can tell. */
export interface Subject {
  /** `arn:aws:iam::<account>:user/<name>`, `:root` for the account itself, `arn:aws:sts::<account>:assumed-role/...`. */
  readonly arn: string;
  readonly accountId: string;
  /** Further names under which a policy may name the subject: the ARN of the role that a session assumed. */
  readonly names?: readonly string[];
  /** Policies attached to the subject. The account's root needs none. */
  readonly policies: readonly AccessPolicy[];
  /** Policies that the session was opened with: where there are any, they must allow too. */
  readonly sessionPolicies?: readonly AccessPolicy[];
  /** Policies that bound the credential that proved it: where there are any, they must allow too, whatever else allows. */
  readonly scopes?: readonly Scope[];
  /** Set where a service asks: the name by which `Principal: { Service }` means it. */
  readonly service?: string;
}

/** A key as far as policies can tell. */
export interface ProtectedKey {
  readonly accountId: string;
  readonly policy: AccessPolicy;
}

/** What conditions may ask about a request. */
export interface RequestContext {
  /** The values of a condition key, given in lower case (`kms:keyspec`); `undefined` where the request has no such key. */
  values(key: string): readonly string[] | undefined;
  /** Whether what was answered for a key holds for as long as a decision is remembered. Absent: of no key. */
  isLasting?(key: string): boolean;
  /** As the request has it: names with their case. */
  readonly encryptionContext?: ReadonlyMap<string, string> | undefined;
}

/** What a grant gives the subject on the key. A grant only ever allows. */
export interface GrantedRight {
  readonly grantId: string;
  /** In lower case: `kms:encrypt`. */
  readonly actions: readonly string[];
  /** The request's encryption context must be this one. Names are compared without case, values with. */
  readonly encryptionContextEquals?: ReadonlyMap<string, string>;
  /** The request's encryption context must contain this one. */
  readonly encryptionContextSubset?: ReadonlyMap<string, string>;
  /** Given to the subject's account as a whole: the subject's own policies must allow the action too. */
  readonly toAccount?: boolean;
  /** Only on behalf of this resource: a pattern for `aws:SourceArn`. */
  readonly sourceArn?: string;
}

export interface AccessRequest {
  readonly subject: Subject;
  /** `kms:Encrypt`, `keystead:CreateTenant`, ... */
  readonly action: string;
  /** The ARN of what it is done to; `*` where there is no resource. */
  readonly resource: string;
  /** Absent for actions on no key: they rest on the subject's own policies. */
  readonly key?: ProtectedKey | undefined;
  /** Absent: no condition key has a value. */
  readonly context?: RequestContext;
  /** What grants give the subject on the key. */
  readonly grants?: readonly GrantedRight[] | undefined;
}
