import type { Subject } from '../access/request.ts';
import type { GrantOperation } from './grant-operations.ts';

/**
 * Whom a grant names: a principal by its ARN (`...:root` for an account as a whole), or a service by its name. The name
 * of a principal is never given to another one.
 */
export interface GrantParty {
  readonly type: 'principal' | 'service';
  readonly name: string;
}

/** Name and value of each pair, sorted by name. */
export type ContextPairs = readonly (readonly [name: string, value: string])[];

/** What a request must be like for a grant to allow it. */
export interface GrantConstraints {
  readonly encryptionContextEquals?: ContextPairs;
  readonly encryptionContextSubset?: ContextPairs;
  /** Only on behalf of this resource. */
  readonly sourceArn?: string;
}

/** A right on one key that was handed to somebody, until it is retired or revoked. It is made once and never changed. */
export interface Grant {
  /** The tenant that owns the key. */
  readonly tenantId: string;
  readonly region: string;
  readonly keyId: string;
  /** 64 hexadecimal digits. */
  readonly id: string;
  readonly revision: number;
  readonly name?: string;
  readonly grantee: GrantParty;
  readonly retiring?: GrantParty;
  /** The account in which it was made. */
  readonly issuingAccountId: string;
  readonly operations: readonly GrantOperation[];
  readonly constraints: GrantConstraints;
  readonly createdAtMs: number;
}

/** The name by which a grant names an account as a whole. */
export function accountParty(accountId: string): GrantParty {
  return { type: 'principal', name: `arn:aws:iam::${accountId}:root` };
}

/** Under which names a grant may mean somebody, or the account that somebody belongs to. */
export function partyNamesOf(subject: Subject): string[] {
  const principals = new Set([subject.arn, ...(subject.names ?? []), accountParty(subject.accountId).name]);
  const services = subject.service === undefined ? [] : [`service:${subject.service}`];
  return [...[...principals].map((name) => `principal:${name}`), ...services];
}

/** One spelling for a party, for names of records. */
export function partyName({ type, name }: GrantParty): string {
  return `${type}:${name}`;
}

/** Whether a party is somebody, and nobody else of the account. */
export function isParty(party: GrantParty, subject: Subject): boolean {
  if (party.type === 'service') return party.name === subject.service;
  return party.name === subject.arn || subject.names?.includes(party.name) === true;
}

/** Whether a party is the account of somebody: then the account's own policies say who of it may. */
export function isAccountOf(party: GrantParty, accountId: string): boolean {
  return party.type === 'principal' && party.name === accountParty(accountId).name;
}
