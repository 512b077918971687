import Type, { type Static } from 'typebox';
import { environmentArn, requireEnvironment } from '../../../jobs/find-environment.ts';
import { primaryOf } from '../../../vault/environments/master-key-settings.ts';
import type { Environment } from '../../../vault/environments/environment.ts';
import { parseKeyCrn } from '../../../vault/master-keys/key-crn.ts';
import {
  POLICY_LANGUAGES,
  POLICY_SUBJECTS,
  policyFor,
  type PolicyFacts,
  type PolicyToCopy,
} from '../../../vault/policies/policy-for.ts';
import { VAULT_ROLES } from '../../../vault/policies/role.ts';
import { RequestError } from '../errors.ts';
import { adminRoute } from '../route.ts';
import { closed, named, UUID } from '../schema.ts';
import { refusing } from '../vault/refusals.ts';

const NAME = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 2048, description }));

const QUERY = closed({
  for: Type.Enum([...POLICY_SUBJECTS], {
    description: "key: the master key's; storage: the bucket's; trust: of the role that either is reached by",
  }),
  language: Type.Optional(
    Type.Enum([...POLICY_LANGUAGES], { description: 'by default as the key or the storage says, else aws' }),
  ),
  role: Type.Optional(
    Type.Enum([...VAULT_ROLES], { description: 'by default all of them, as this server needs it for all its work' }),
  ),
  environmentId: Type.Optional(UUID),
  principal: NAME('whom to allow: an ARN, or an IAM id of IBM Cloud'),
  key: NAME('the ARN or CRN of the master key'),
  bucket: NAME('the name of the bucket'),
  prefix: NAME('where in the bucket'),
  instance: NAME('the instance of IBM Cloud Object Storage that has the bucket'),
});

const POLICY = named('VaultPolicy', {
  document: Type.String({ description: 'JSON, ready to be copied; what is not known is a place to fill in' }),
  where: Type.String({ description: 'where to put it' }),
});

const NO_SUCH = {
  status: 400,
  code: 'invalid-request',
  message: 'there is no such policy in that language, or what it needs is missing',
  action:
    'For IBM Cloud give the CRN of the key, or ask for key or storage: the trust of a role is a matter of AWS alone.',
};

/** The least that an environment needs of somebody else's rules. The environment need not exist yet. */
export const getVaultPolicy = adminRoute({
  id: 'getVaultPolicy',
  method: 'GET',
  path: '/vault-policies',
  action: 'keystead:GetEnvironment',
  summary: "Writes the least that an environment needs of its master key's policy, of its bucket's, of a role's trust",
  status: 200,
  query: QUERY,
  answer: POLICY,
  example: { query: { for: 'storage', bucket: 'production-backups', role: 'writer' } },
  prepare: ({ services: { records }, proof: { tenant } }, { query }) => ({
    targets: [{ action: 'keystead:GetEnvironment', resource: environmentArn(tenant, query.environmentId ?? '*') }],
    run: () =>
      refusing(async () => {
        const { environmentId } = query;
        const environment =
          environmentId === undefined ? undefined : await requireEnvironment(records, tenant, environmentId);
        return { value: policyOf(tenant.tenantId, environment, query) };
      }),
  }),
  show: ({ document, where }: PolicyToCopy) => ({ document: JSON.stringify(document, null, 2), where }),
});

/** @throws {RequestError} */
function policyOf(tenant: string, environment: Environment | undefined, query: Static<typeof QUERY>): PolicyToCopy {
  const { for: subject, role, language, environmentId, principal, instance } = query;
  const known = environment === undefined ? {} : knownOf(environment);
  const facts: PolicyFacts = {
    tenant,
    environment: environmentId,
    principal,
    instance,
    keyRole: known.keyRole,
    key: query.key ?? known.key,
    bucket: query.bucket ?? known.bucket,
    prefix: wholePrefix(query.prefix) ?? known.prefix,
  };
  const isIbm = subject === 'key' ? facts.key?.startsWith('crn:') === true : known.isCos === true;
  const written = language ?? (isIbm ? 'ibm' : 'aws');
  const lacksCrn = written === 'ibm' && subject === 'key' && parseKeyCrn(facts.key ?? '') === undefined;
  const policy = lacksCrn ? undefined : policyFor(written, subject, facts, role === undefined ? VAULT_ROLES : [role]);
  if (policy === undefined) throw new RequestError(NO_SUCH);
  return policy;
}

interface Known {
  readonly key?: string;
  readonly keyRole?: string;
  readonly bucket?: string;
  readonly prefix?: string;
  readonly isCos?: boolean;
}

function knownOf({ storage, masterKeys }: Environment): Known {
  const primary = primaryOf(masterKeys);
  const access = primary.provider === 'aws-kms' ? primary.access : undefined;
  const key = { key: primary.keyId, ...(access?.kind === 'role' && { keyRole: access.roleArn }) };
  if (storage.type === 'folder' || storage.type === 'hosted') return key;
  return { ...key, bucket: storage.bucket, prefix: storage.prefix, isCos: storage.type === 'ibm-cos' };
}

function wholePrefix(prefix: string | undefined): string | undefined {
  return prefix === undefined || prefix.endsWith('/') ? prefix : `${prefix}/`;
}
