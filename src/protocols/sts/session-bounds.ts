import { PolicyError } from '../../access/policy-error.ts';
import { parsePolicy } from '../../access/policy.ts';
import type { SessionTerms } from '../../identity/credential.ts';
import type { Directory } from '../../identity/directory.ts';
import { isBuiltInPolicy } from '../../identity/built-in-policies.ts';
import { IdentityError } from '../../identity/errors.ts';
import { checkedTags, type Tag } from '../../identity/tags.ts';
import type { Tenant } from '../../identity/tenant.ts';
import { optionalText } from './constraints.ts';
import { StsError, validationError } from './errors.ts';
import type { Parameters } from './parameters.ts';

/** Characters of session policies and their ARNs together, and of tags: AWS packs them and does not say how. */
const PACKED_LIMIT = 2_048;
const MAX_POLICY_ARNS = 10;
const POLICY_ARN = /^arn:aws:iam::(?<owner>aws|\d{12}):policy\/(?<name>[\w+=,.@-]{1,128})$/;

/** How a request narrows the session that it asks for. */
export interface AskedBounds {
  readonly policy: string | undefined;
  readonly policyArns: readonly string[];
  readonly tags: readonly Tag[];
  readonly transitiveTagKeys: readonly string[];
}

/** @throws {StsError} ValidationError, MalformedPolicyDocument, PackedPolicyTooLarge */
export function readBounds(parameters: Parameters): AskedBounds {
  const policy = optionalText(parameters, 'Policy');
  const policyArns = parameters.structures('PolicyArns', ['arn']).map(({ arn = '' }) => arn);
  const tags = parameters
    .structures('Tags', ['Key', 'Value'])
    .map(({ Key = '', Value = '' }) => ({ key: Key, value: Value }));
  const transitiveTagKeys = parameters.list('TransitiveTagKeys');
  if (policyArns.length > MAX_POLICY_ARNS) throw validationError(`PolicyArns has at most ${MAX_POLICY_ARNS} members.`);
  if (policy !== undefined) requirePolicy(policy);
  requireTags(tags);
  const given = new Set(tags.map(({ key }) => key.toLowerCase()));
  const stray = transitiveTagKeys.find((key) => !given.has(key.toLowerCase()));
  if (stray !== undefined)
    throw validationError(`TransitiveTagKeys names ${stray.slice(0, 64)}, which is not among Tags.`);
  const bounds = { policy, policyArns, tags, transitiveTagKeys };
  if (packedPercent(bounds) > 100)
    throw new StsError(
      'PackedPolicyTooLarge',
      `Policy, PolicyArns and Tags have more than ${PACKED_LIMIT} characters.`,
    );
  return bounds;
}

/** @throws {StsError} ValidationError: they are not tags of one session, or too many */
export function requireTags(tags: readonly Tag[]): void {
  try {
    checkedTags(tags);
  } catch (error) {
    if (error instanceof IdentityError) throw validationError(error.message);
    throw error;
  }
}

/** How much of the room for policies and tags is taken, in whole percent; `undefined` where there are none. */
export function packedSize(bounds: AskedBounds): number | undefined {
  const percent = packedPercent(bounds);
  return percent === 0 ? undefined : percent;
}

function packedPercent({ policy = '', policyArns, tags }: AskedBounds): number {
  const policies = [policy, ...policyArns].reduce((sum, text) => sum + text.length, 0);
  const ofTags = tags.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
  return Math.ceil((100 * Math.max(policies, ofTags)) / PACKED_LIMIT);
}

/** The managed policies that bound a session, by what the role's account knows them by. @throws {StsError} */
export async function findManaged(
  directory: Directory,
  tenant: Tenant,
  arns: readonly string[],
): Promise<Pick<SessionTerms, 'managedPolicies'>> {
  const managedPolicies: string[] = [];
  for (const arn of arns) {
    const { owner = '', name = '' } = (POLICY_ARN.exec(arn)?.groups ?? {}) as { owner?: string; name?: string };
    const isOwn = owner === tenant.accountId;
    const id =
      owner === 'aws' && isBuiltInPolicy(name)
        ? name
        : isOwn
          ? (await directory.policyNamed(tenant, name))?.id
          : undefined;
    if (id === undefined)
      throw validationError(`PolicyArns names ${arn.slice(0, 128)}, which the role's account has not.`);
    managedPolicies.push(id);
  }
  return managedPolicies.length > 0 ? { managedPolicies } : {};
}

function requirePolicy(text: string): void {
  try {
    parsePolicy(text, 'identity');
  } catch (error) {
    if (error instanceof PolicyError)
      throw new StsError('MalformedPolicyDocument', `The session policy was refused: ${error.message}`);
    throw error;
  }
}
