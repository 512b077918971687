import { malformed, printable } from './policy-error.ts';
import type { Subject } from './request.ts';

/** How a statement means a subject: in person, as one of many, as a service, or only its account as a whole. */
export type Meaning = 'self' | 'broad' | 'service' | 'account';

/** Whom the Principal or the NotPrincipal of a statement names. */
export interface Principals {
  /** NotPrincipal: everybody else. */
  readonly isNegated: boolean;
  readonly isEverybody: boolean;
  /** Accounts as a whole, by their numbers: `:root` means the same. */
  readonly accounts: ReadonlySet<string>;
  /** Users, roles and sessions, by their ARNs. */
  readonly arns: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
}

const ACCOUNT = /^\d{12}$/;
const ROOT = /^arn:aws:iam::(\d{12}):root$/;
/** No wildcard may stand in it. */
const ARN = /^arn:aws:(?:iam|sts)::\d{12}:[\w+=,.@/-]+$/;
const PARTITION = /^arn:aws-[a-z-]+:/;
const SERVICE = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/;
/** Kinds of principals that nobody has here: read, so that policies from elsewhere are taken, and never met. */
const NEVER_MET = new Set(['Federated', 'CanonicalUser']);

/** @throws {PolicyError} `malformed` */
export function parsePrincipals(value: unknown, isNegated: boolean): Principals {
  const accounts = new Set<string>();
  const arns = new Set<string>();
  const services = new Set<string>();
  let isEverybody = value === '*';
  for (const [kind, names] of isEverybody ? [] : membersOf(value)) {
    for (const name of namesOf(names)) {
      if (kind === 'AWS') isEverybody = readAws(name, accounts, arns) || isEverybody;
      else if (kind === 'Service') services.add(requireService(name));
      else if (!NEVER_MET.has(kind)) throw malformed(`there are no principals of type "${printable(kind)}"`);
    }
  }
  return { isNegated, isEverybody, accounts, arns, services };
}

/** Puts a name where it belongs, or says that it is everybody's. Whatever the partition: accounts are one world here. */
function readAws(name: string, accounts: Set<string>, arns: Set<string>): boolean {
  if (name === '*') return true;
  const arn = name.replace(PARTITION, 'arn:aws:');
  const account = ACCOUNT.test(name) ? name : ROOT.exec(arn)?.[1];
  if (account !== undefined) accounts.add(account);
  else if (ARN.test(arn)) arns.add(arn);
  else throw malformed('Principal must be "*", an account id or the ARN of a user, role, session or account');
  return false;
}

function requireService(name: string): string {
  if (SERVICE.test(name)) return name;
  throw malformed('a Service principal is the name of a service, such as "backup.amazonaws.com"');
}

/** How a statement that names these principals means a subject; `undefined` where it does not. */
export function meaningOf(principals: Principals, subject: Subject): Meaning | undefined {
  return principals.isNegated ? meaningOfOthers(principals, subject) : meaningOfNamed(principals, subject);
}

function meaningOfNamed({ isEverybody, accounts, arns, services }: Principals, subject: Subject): Meaning | undefined {
  const isOfAccount = accounts.has(subject.accountId);
  if (arns.has(subject.arn) || (isOfAccount && isRoot(subject))) return 'self';
  if (subject.service !== undefined && services.has(subject.service)) return 'service';
  if (isEverybody || subject.names?.some((name) => arns.has(name)) === true) return 'broad';
  return isOfAccount ? 'account' : undefined;
}

/**
 * Whom a NotPrincipal does not spare. To spare somebody it must name the account, the role of a session and the
 * principal itself: each of them asks
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html).
 */
function meaningOfOthers({ isEverybody, accounts, arns, services }: Principals, subject: Subject): Meaning | undefined {
  if (isEverybody) return undefined;
  if (subject.service !== undefined) return services.has(subject.service) ? undefined : 'broad';
  const isSpared =
    accounts.has(subject.accountId) &&
    (isRoot(subject) || arns.has(subject.arn)) &&
    (subject.names ?? []).every((name) => arns.has(name));
  return isSpared ? undefined : 'broad';
}

/** Whether a subject is its account as a whole. */
export function isRoot({ arn, accountId }: Subject): boolean {
  return arn.length === ROOT_LENGTH && ROOT.exec(arn)?.[1] === accountId;
}

const ROOT_LENGTH = 'arn:aws:iam::111122223333:root'.length;

/** Every principal that is named as somebody or as an account, to be looked up: ARNs, and accounts as their `:root`. */
export function namesToKnow({ accounts, arns }: Principals): readonly string[] {
  return [...[...accounts].map((account) => `arn:aws:iam::${account}:root`), ...arns];
}

function namesOf(value: unknown): readonly string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.every((one) => typeof one === 'string' && one !== '')) return list as string[];
  throw malformed('Principal must name strings or lists of strings');
}

function membersOf(value: unknown): [string, unknown][] {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw malformed('Principal must be "*" or an object');
  return Object.entries(value);
}
