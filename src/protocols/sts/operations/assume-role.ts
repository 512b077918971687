import type { AccessPolicy } from '../../../access/policy.ts';
import { issueAccessKey, type IssuedCredential, type SessionTerms } from '../../../identity/credential.ts';
import { parsePrincipalArn, sessionArn } from '../../../identity/arn.ts';
import type { Directory } from '../../../identity/directory.ts';
import type { Proof } from '../../../identity/proofs.ts';
import { SESSION_SECONDS } from '../../../identity/limits.ts';
import { revocationsOf, roleRef, trustOf, type Role } from '../../../identity/role.ts';
import type { Tag } from '../../../identity/tags.ts';
import type { Tenant } from '../../../identity/tenant.ts';
import { parseTrustPolicy } from '../../../identity/trust-policy.ts';
import { assumeContext } from '../assume-context.ts';
import { durationOf, optionalText, requiredText } from '../constraints.ts';
import { endOf, showCredentials, sourceOf } from '../credentials.ts';
import { StsError, validationError } from '../errors.ts';
import { refuseMfa } from '../mfa.ts';
import { operation } from '../operation.ts';
import type { Parameters } from '../parameters.ts';
import { findManaged, packedSize, readBounds, requireTags, type AskedBounds } from '../session-bounds.ts';

interface Assumed {
  readonly tenant: Tenant;
  readonly role: Role;
  readonly sessionName: string;
  readonly sourceIdentity: string | undefined;
  readonly packedSize: number | undefined;
  readonly issued: IssuedCredential;
}

/** Stands in for the trust policy of a role that is not there: nobody tells it from one that trusts somebody else. */
const TRUSTS_NOBODY: AccessPolicy = parseTrustPolicy(
  '{"Statement":{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":"sts:AssumeRole"}}',
);

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export const assumeRole = operation<Assumed>({
  notes:
    'no MFA, no ProvidedContexts; a session ends with the user and the access key that opened it, and with its role, and no later than a session of the admin API below it; the room for Policy, PolicyArns and Tags is counted in characters; texts about tags and source identity are inferred; conditions on tags see inherited ones too (inferred)',
  prepare: async ({ directory, region, proof, random, wipeLater }, parameters) => {
    const asked = read(parameters);
    const { roleArn, sessionName, bounds } = asked;
    const found = await findRole(directory, roleArn);
    const inherited = inheritedFrom(proof);
    const sourceIdentity = asked.sourceIdentity ?? inherited.sourceIdentity;
    const guarded = {
      tenantId: found.role ? found.tenant.tenantId : proof.tenant.tenantId,
      accountId: found.accountId,
      policy: found.role ? trustOf(found.role) : TRUSTS_NOBODY,
    };
    const carried = carriedOf(bounds, inherited.tags);
    const known = { ...asked, ...carried, sourceIdentity, region, roleTags: found.role?.tags ?? [] };
    // What is inherited takes them too: a role that lets no tags in has none that another role's session brings.
    const actions = [
      'sts:AssumeRole',
      ...(carried.tags.length > 0 ? ['sts:TagSession'] : []),
      ...(sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
    ];
    return {
      targets: actions.map((action) => ({ action, resource: roleArn, guarded, context: assumeContext(known, action) })),
      details: {
        role: roleArn,
        sessionName,
        durationSeconds: asked.durationSeconds,
        sourceIdentity,
        tags: bounds.tags.map(({ key, value }) => [key, value]),
      },
      run: async (nowMs) => {
        const { tenant, role } = found;
        if (role === undefined) throw new TypeError('a role that is not there cannot have been allowed');
        if (proof.principal.kind === 'root')
          throw new StsError('AccessDenied', 'Roles may not be assumed by root accounts.');
        const seconds = durationFor(role, asked.durationSeconds, proof);
        if (
          asked.sourceIdentity !== undefined &&
          (inherited.sourceIdentity ?? asked.sourceIdentity) !== asked.sourceIdentity
        )
          throw validationError(
            'The source identity of a session goes on to the sessions that it opens, and cannot be changed.',
          );
        const revocations = revocationsOf(role);
        const terms: SessionTerms = {
          source: sourceOf(proof),
          openedBy: proof.principal.arn,
          name: sessionName,
          ...(revocations > 0 && { revocations }),
          ...(bounds.policy !== undefined && { policy: bounds.policy }),
          ...(await findManaged(directory, tenant, bounds.policyArns)),
          ...tagTerms(bounds, inherited.tags, carried),
          ...(sourceIdentity !== undefined && { sourceIdentity }),
        };
        const issue = { holder: 'role', session: terms } as const;
        const issued = issueAccessKey(tenant, role.id, endOf(nowMs, seconds, terms.source), nowMs, random, issue);
        wipeLater(issued.secret, issued.sessionToken);
        const value = { tenant, role, sessionName, sourceIdentity, packedSize: packedSize(bounds), issued };
        const preconditions = [{ ref: roleRef(tenant.tenantId, role.id), revision: role.revision }];
        return { value, writes: [issued.write], preconditions };
      },
    };
  },
  show: ({ tenant, role, sessionName, sourceIdentity, packedSize: packed, issued }) => ({
    SourceIdentity: sourceIdentity,
    AssumedRoleUser: {
      AssumedRoleId: `${role.id}:${sessionName}`,
      Arn: sessionArn(tenant.accountId, role.name, sessionName),
    },
    Credentials: showCredentials(issued),
    PackedPolicySize: packed,
  }),
});

function read(parameters: Parameters) {
  refuseMfa(parameters);
  const asked = {
    roleArn: requiredText(parameters, 'RoleArn'),
    sessionName: requiredText(parameters, 'RoleSessionName'),
    externalId: optionalText(parameters, 'ExternalId'),
    sourceIdentity: optionalText(parameters, 'SourceIdentity'),
    durationSeconds: durationOf(parameters, SESSION_SECONDS.role),
    bounds: readBounds(parameters),
  };
  parameters.requireAllKnown();
  return asked;
}

type Found =
  | { readonly accountId: string; readonly tenant: Tenant; readonly role: Role }
  | { readonly accountId: string; readonly tenant?: never; readonly role?: never };

async function findRole(directory: Directory, arn: string): Promise<Found> {
  const named = parsePrincipalArn(arn);
  if (named?.kind !== 'role') throw validationError(`${arn.slice(0, 256)} is invalid`);
  const { accountId, name } = named;
  const tenant = await directory.tenantByAccount(accountId);
  const role = tenant && (await directory.roleNamed(tenant, name));
  return tenant && role?.name === name ? { accountId, tenant, role } : { accountId };
}

function durationFor(role: Role, asked: number | undefined, { principal }: Proof): number {
  const seconds = asked ?? SESSION_SECONDS.role.unsaid;
  if (principal.kind === 'role' && seconds > SESSION_SECONDS.chained.most) {
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  }
  if (seconds > role.maxSessionSeconds)
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  return seconds;
}

/** What a session hands on to those that it opens: its source identity, and its transitive tags. */
function inheritedFrom({ credential }: Proof): { readonly sourceIdentity?: string; readonly tags: readonly Tag[] } {
  const { sourceIdentity, tags = [], transitiveTagKeys = [] } = credential.session ?? {};
  const keys = new Set(transitiveTagKeys.map((key) => key.toLowerCase()));
  return {
    ...(sourceIdentity !== undefined && { sourceIdentity }),
    tags: tags.filter(({ key }) => keys.has(key.toLowerCase())),
  };
}

/** The tags of the new session: those that are inherited go on, and those that are asked for are added. */
function carriedOf(
  { tags, transitiveTagKeys }: AskedBounds,
  inherited: readonly Tag[],
): Pick<AskedBounds, 'tags' | 'transitiveTagKeys'> {
  return {
    tags: [...inherited, ...tags],
    transitiveTagKeys: [...inherited.map(({ key }) => key), ...transitiveTagKeys],
  };
}

function tagTerms(
  asked: AskedBounds,
  inherited: readonly Tag[],
  { tags, transitiveTagKeys }: Pick<AskedBounds, 'tags' | 'transitiveTagKeys'>,
): Pick<SessionTerms, 'tags' | 'transitiveTagKeys'> {
  const fixed = new Set(inherited.map(({ key }) => key.toLowerCase()));
  const overridden = asked.tags.find(({ key }) => fixed.has(key.toLowerCase()));
  if (overridden) throw validationError(`The tag ${overridden.key} is transitive, and cannot be changed.`);
  requireTags(tags);
  return {
    ...(tags.length > 0 && { tags }),
    ...(transitiveTagKeys.length > 0 && { transitiveTagKeys }),
  };
}
