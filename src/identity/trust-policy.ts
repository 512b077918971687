import { parseStrictJson, StrictJsonError } from '../bytes/strict-json.ts';
import { PolicyError } from '../access/policy-error.ts';
import { parsePolicy, type AccessPolicy } from '../access/policy.ts';
import { IdentityError } from './errors.ts';
import { LIMITS, policySize } from './limits.ts';

/** What a trust policy decides about (IAM user guide, "Role trust policies"). */
const TRUST_ACTIONS: readonly string[] = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'];

/**
 * Parses the policy that says who may assume a role. Its statements name principals and no resource: the role is the
 * resource.
 *
 * @throws {IdentityError} `trust-policy-malformed`, `access-policy-too-large`
 */
export function parseTrustPolicy(document: string): AccessPolicy {
  const size = policySize(document);
  if (size > LIMITS.trustPolicy) {
    throw new IdentityError(
      'access-policy-too-large',
      `the trust policy has ${size} characters without white space, and ${LIMITS.trustPolicy} are allowed`,
    );
  }
  try {
    requireTrustForm(document);
    return parsePolicy(document, 'trust');
  } catch (error) {
    if (error instanceof PolicyError || error instanceof StrictJsonError) throw malformed(error.message);
    throw error;
  }
}

/** What a trust policy has besides the form of every policy: statements, about its few actions. */
function requireTrustForm(document: string): void {
  const policy = parseStrictJson(Buffer.from(document, 'utf8'));
  if (!isObject(policy)) throw malformed('a trust policy is a JSON object');
  const { Statement: given } = policy;
  const statements: unknown[] = Array.isArray(given) ? given : given === undefined ? [] : [given];
  if (statements.length === 0) throw malformed('the trust policy has no Statement');
  for (const statement of statements) {
    if (!isObject(statement)) throw malformed('a statement is a JSON object');
    if ('Resource' in statement || 'NotResource' in statement)
      throw malformed('a trust policy names no Resource: the role is the resource');
    requireTrustActions(statement['Action']);
    if ('NotAction' in statement) throw malformed('a trust policy names its actions by Action');
  }
}

function requireTrustActions(action: unknown): void {
  const actions: unknown[] = Array.isArray(action) ? action : [action];
  const known = new Set([...TRUST_ACTIONS, 'sts:*', '*'].map((one) => one.toLowerCase()));
  if (actions.length > 0 && actions.every((one) => typeof one === 'string' && known.has(one.toLowerCase()))) return;
  throw malformed(`the actions of a trust policy are ${TRUST_ACTIONS.join(', ')}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function malformed(message: string): IdentityError {
  return new IdentityError('trust-policy-malformed', message);
}
