import { parseStrictJson, StrictJsonError } from '../bytes/strict-json.ts';

/** A statement of an access policy, parsed. Actions are lower-case: the language compares them without case. */
export interface Statement {
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  /** Only in the policy of a key: ARNs, account ids, or `*`. */
  readonly principals: readonly string[];
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

export interface AccessPolicy {
  readonly statements: readonly Statement[];
}

/** Whose policy it is: a key's (its statements name principals) or a principal's own (they do not). */
export type PolicyKind = 'key' | 'identity';

/**
 * Why a policy text was refused: it is not a policy, or it uses a part of the language that this version does not
 * evaluate. Refusing is the safe answer to the latter: a condition that is ignored would open what it should close.
 */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  readonly code: 'malformed' | 'not-available';

  constructor(code: 'malformed' | 'not-available', message: string) {
    super(message);
    this.code = code;
  }
}

const VERSIONS = ['2012-10-17', '2008-10-17'];
const POLICY_MEMBERS = new Set(['Version', 'Id', 'Statement']);
const STATEMENT_MEMBERS = new Set(['Sid', 'Effect', 'Principal', 'Action', 'Resource']);
const NOT_AVAILABLE = new Set(['NotPrincipal', 'NotAction', 'NotResource', 'Condition']);
/** What may stand for a principal: everybody, an account, or an ARN of IAM or STS. */
const PRINCIPAL = /^(?:\*|\d{12}|arn:aws[a-z-]*:(?:iam|sts)::\d{12}:[\w+=,.@/:-]+)$/;

/** Parses a policy text. @throws {PolicyError} */
export function parsePolicy(text: string, kind: PolicyKind): AccessPolicy {
  let document: unknown;
  try {
    document = parseStrictJson(Buffer.from(text, 'utf8'));
  } catch (error) {
    throw malformed(error instanceof StrictJsonError ? error.message : 'the text is not JSON');
  }
  const policy = asObject(document, 'the policy');
  for (const member of policy.keys()) {
    if (!POLICY_MEMBERS.has(member)) throw malformed(`the policy has an unknown member "${printable(member)}"`);
  }
  const version = policy.get('Version');
  if (version !== undefined && !VERSIONS.includes(version as string))
    throw malformed(`Version must be "${VERSIONS[0]}"`);
  const statements = policy.get('Statement');
  if (statements === undefined) throw malformed('the policy has no Statement');
  return {
    statements: (Array.isArray(statements) ? statements : [statements]).map((one) => parseStatement(one, kind)),
  };
}

function parseStatement(value: unknown, kind: PolicyKind): Statement {
  const statement = asObject(value, 'a statement');
  for (const member of statement.keys()) {
    if (NOT_AVAILABLE.has(member)) {
      throw new PolicyError(
        'not-available',
        `${member} is not evaluated by this version, so a policy that has it is refused`,
      );
    }
    if (!STATEMENT_MEMBERS.has(member)) throw malformed(`a statement has an unknown member "${printable(member)}"`);
  }
  const effect = statement.get('Effect');
  if (effect !== 'Allow' && effect !== 'Deny') throw malformed('Effect must be "Allow" or "Deny"');
  const sid = statement.get('Sid');
  if (sid !== undefined && typeof sid !== 'string') throw malformed('Sid must be a string');
  if (kind === 'identity' && statement.has('Principal')) throw malformed('a policy of a principal names no Principal');
  return {
    sid,
    effect,
    principals: kind === 'key' ? parsePrincipals(statement.get('Principal')) : [],
    actions: strings(statement.get('Action'), 'Action').map((action) => action.toLowerCase()),
    resources: strings(statement.get('Resource'), 'Resource').map(withoutVariables),
  };
}

function parsePrincipals(value: unknown): string[] {
  if (value === '*') return ['*'];
  const principal = asObject(value, 'Principal');
  for (const type of principal.keys()) {
    if (type !== 'AWS')
      throw new PolicyError('not-available', `principals of type "${printable(type)}" are not known to this version`);
  }
  const names = strings(principal.get('AWS'), 'Principal');
  const stranger = names.find((name) => !PRINCIPAL.test(name));
  if (stranger !== undefined)
    throw malformed('Principal must be "*", an account id or the ARN of a user, role or account');
  return names;
}

/** Taken by the letter, a variable would match nothing, and a Deny that has one would deny nothing. */
function withoutVariables(resource: string): string {
  if (!resource.includes('${')) return resource;
  throw new PolicyError(
    'not-available',
    'policy variables are not evaluated by this version, so a policy whose Resource holds "${" is refused',
  );
}

/** A string or a list of strings. Absent is allowed and matches nothing, as on AWS. */
function strings(value: unknown, member: string): string[] {
  const list: unknown[] = value === undefined ? [] : Array.isArray(value) ? value : [value];
  if (!list.every((item) => typeof item === 'string'))
    throw malformed(`${member} must be a string or a list of strings`);
  return list as string[];
}

function asObject(value: unknown, what: string): Map<string, unknown> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw malformed(`${what} must be an object`);
  return new Map(Object.entries(value));
}

function malformed(message: string): PolicyError {
  return new PolicyError('malformed', message);
}

/** A member name of a hostile document, fit for a message. */
function printable(name: string): string {
  return name.slice(0, 40).replaceAll(/[^\x20-\x7e]/g, '?');
}
