import { parseStrictJson, StrictJsonError } from '../bytes/strict-json.ts';
import { malformed, printable } from './policy-error.ts';
import { parseStatement, type Statement } from './statement.ts';

export interface AccessPolicy {
  readonly statements: readonly Statement[];
}

/**
 * Whose policy it is: a key's, or a role's about who may assume it (their statements name principals), or a
 * principal's or session's own (they do not).
 */
export type PolicyKind = 'key' | 'trust' | 'identity';

/** The longest text that is looked at, in bytes. Who keeps policies has narrower limits of its own. */
const MAX_BYTES = 128 * 1024;
const MAX_DEPTH = 8;
/** Where a policy says no version it is of the older one: then `${...}` is text like any other. */
const [WITH_VARIABLES, WITHOUT_VARIABLES] = ['2012-10-17', '2008-10-17'] as const;
const POLICY_MEMBERS = new Set(['Version', 'Id', 'Statement']);

/**
 * Parses a policy text and compiles it for evaluation: the whole of AWS's policy language
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html).
 *
 * @throws {PolicyError} `malformed`: nothing that is not understood is passed over
 */
export function parsePolicy(text: string, kind: PolicyKind): AccessPolicy {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length > MAX_BYTES) throw malformed(`the policy is longer than ${MAX_BYTES} bytes`);
  const policy = asObject(parseJson(bytes), 'the policy');
  for (const member of policy.keys()) {
    if (!POLICY_MEMBERS.has(member)) throw malformed(`the policy has an unknown member "${printable(member)}"`);
  }
  const version = policy.get('Version') ?? WITHOUT_VARIABLES;
  if (version !== WITH_VARIABLES && version !== WITHOUT_VARIABLES)
    throw malformed(`Version must be "${WITH_VARIABLES}" or "${WITHOUT_VARIABLES}"`);
  const id = policy.get('Id');
  if (id !== undefined && typeof id !== 'string') throw malformed('Id must be a string');
  const statements = policy.get('Statement');
  if (statements === undefined) throw malformed('the policy has no Statement');
  const hasVariables = version === WITH_VARIABLES;
  return {
    statements: (Array.isArray(statements) ? statements : [statements]).map((one) =>
      parseStatement(asObject(one, 'a statement'), kind, hasVariables),
    ),
  };
}

function parseJson(bytes: Buffer): unknown {
  try {
    return parseStrictJson(bytes, MAX_DEPTH);
  } catch (error) {
    throw malformed(error instanceof StrictJsonError ? error.message : 'the text is not JSON');
  }
}

function asObject(value: unknown, what: string): ReadonlyMap<string, unknown> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw malformed(`${what} must be an object`);
  return new Map(Object.entries(value));
}
