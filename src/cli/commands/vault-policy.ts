import { parseKeyCrn } from '../../vault/master-keys/key-crn.ts';
import {
  POLICY_LANGUAGES,
  POLICY_SUBJECTS,
  policyFor,
  type PolicyFacts,
  type PolicyLanguage,
  type PolicySubject,
} from '../../vault/policies/policy-for.ts';
import { VAULT_ROLES } from '../../vault/policies/role.ts';
import type { CliCommand, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import { findEnvironment } from './vault-environment.ts';

/** To be filled in where no server was asked. */
const ANY_TENANT = 'TENANT_ID';

export const VAULT_POLICY_COMMANDS: readonly CliCommand[] = [
  {
    path: 'vault policy',
    summary:
      "Prints the least that an environment needs: of its master key's policy, of its bucket's, of the trust of a role",
    reach: 'remote',
    arguments: [
      [
        '[environment]',
        'its label or id; without one only the id of your tenant is asked for, and what is not given is to be filled in',
      ],
    ],
    options: [
      ['--for <subject>', `${POLICY_SUBJECTS.join(', ')} (key)`],
      [
        '--role <name...>',
        `${VAULT_ROLES.join(', ')} (all of them, as this server needs it to back up, restore and look after)`,
      ],
      ['--language <name>', 'aws, which Keystead speaks too, or ibm (as the key or the storage says, else aws)'],
      [
        '--principal <name>',
        "whom to allow: an ARN, or an IAM id of IBM Cloud. For storage: makes it the bucket's own policy",
      ],
      ['--key <name>', 'the ARN or CRN of the master key'],
      ['--bucket <name>', 'the name of the bucket'],
      ['--prefix <text>', 'where in the bucket (all of it)'],
      ['--instance <id>', 'the instance of IBM Cloud Object Storage that has the bucket'],
      ['--tenant <id>', 'the id of your tenant ("keystead whoami" shows it)'],
    ],
    examples: [
      'vault policy production --for key --role writer --principal arn:aws:iam::111122223333:user/backup',
      'vault policy --for storage --bucket acme-backups --prefix production/',
      'vault policy --for trust --principal arn:aws:iam::111122223333:user/keystead',
    ],
    run: async (session) => {
      const { given, output } = session;
      const subject = oneOf(POLICY_SUBJECTS, given.optional('for') ?? 'key', 'subject of a policy');
      const roles = given.list('role').map((name) => oneOf(VAULT_ROLES, name, 'role'));
      const [facts, language] = await factsOf(session, subject);
      if (language === 'ibm' && subject === 'key' && parseKeyCrn(facts.key ?? '') === undefined) {
        throw new CliError('usage', 'key-missing', 'the CRN of the key is missing', 'Give it by --key.');
      }
      const policy = policyFor(language, subject, facts, roles.length > 0 ? roles : VAULT_ROLES);
      if (policy === undefined) {
        throw new CliError(
          'usage',
          'usage',
          `there is no policy for ${subject} in the language ${language}`,
          'See --help for what there is.',
        );
      }
      output.text(JSON.stringify(policy.document, null, 2), policy.document);
      output.warn(`${policy.where}.`);
      if (facts.tenant === ANY_TENANT && JSON.stringify(policy.document).includes(ANY_TENANT))
        output.warn(`${ANY_TENANT} is to be replaced: give --tenant, or an API key in KEYSTEAD_API_KEY.`);
    },
  },
];

async function factsOf(session: Session, subject: PolicySubject): Promise<[PolicyFacts, PolicyLanguage]> {
  const { given } = session;
  const said = {
    principal: given.optional('principal'),
    instance: given.optional('instance'),
  };
  const named = given.optional('environment');
  const known: Known =
    named === undefined ? { tenant: await askTenant(session, subject) } : await askFacts(session, named);
  const facts: PolicyFacts = {
    ...known,
    ...said,
    tenant: given.optional('tenant') ?? known.tenant,
    key: given.optional('key') ?? known.key,
    bucket: given.optional('bucket') ?? known.bucket,
    prefix: wholePrefix(given.optional('prefix')) ?? known.prefix,
  };
  const language = given.optional('language');
  if (language !== undefined) return [facts, oneOf(POLICY_LANGUAGES, language, 'language of policies')];
  const isIbm = subject === 'key' ? facts.key?.startsWith('crn:') : known.isCos;
  return [facts, isIbm === true ? 'ibm' : 'aws'];
}

/** Rights in a bucket name no tenant; of all else it is asked who asks, where an API key says as whom. */
async function askTenant({ given, host, client }: Session, subject: PolicySubject): Promise<string> {
  const said = given.optional('tenant');
  if (said !== undefined) return said;
  const hasApiKey = given.optional('api-key-file') !== undefined || host.env['KEYSTEAD_API_KEY'] !== undefined;
  return hasApiKey && subject !== 'storage' ? (await client().whoAmI()).tenantId : ANY_TENANT;
}

type Known = PolicyFacts & { readonly isCos?: boolean };

async function askFacts(session: Session, name: string): Promise<Known> {
  const api = session.client();
  const [{ tenantId }, environment] = await Promise.all([api.whoAmI(), findEnvironment(api, name)]);
  const { environmentId, storage, masterKey } = environment;
  return {
    tenant: tenantId,
    environment: environmentId,
    key: masterKey.keyId,
    keyRole: masterKey.credentials?.roleArn,
    bucket: storage.bucketName,
    prefix: storage.prefix,
    isCos: storage.type === 'ibm-cos',
  };
}

function wholePrefix(prefix: string | undefined): string | undefined {
  return prefix === undefined || prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
}

/** @throws {CliError} */
function oneOf<Name extends string>(names: readonly Name[], text: string, what: string): Name {
  const name = names.find((known) => known === text);
  if (name !== undefined) return name;
  throw new CliError('usage', 'usage', `"${text}" is no ${what}`, `Give one of ${names.join(', ')}.`);
}
