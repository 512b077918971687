import type { CliCommand } from './command.ts';
import { ACCESS_COMMANDS } from './commands/access.ts';
import { AGENT_COMMANDS } from './commands/agent.ts';
import { APPROVAL_COMMANDS } from './commands/approval.ts';
import { AUDIT_COMMANDS } from './commands/audit.ts';
import { AUDIT_REMOTE_COMMANDS } from './commands/audit-remote.ts';
import { AUTHORIZATION_COMMANDS } from './commands/authorization.ts';
import { COMPLETION_COMMANDS } from './commands/completion.ts';
import { CREDENTIAL_COMMANDS } from './commands/credential.ts';
import { GRANT_COMMANDS } from './commands/grant.ts';
import { initCommand } from './commands/init.ts';
import { IDENTITY_PROVIDER_COMMANDS } from './commands/identity-provider.ts';
import { INSTANCE_COMMANDS } from './commands/instance.ts';
import { INSTANCE_METRICS_COMMANDS } from './commands/instance-metrics.ts';
import { INSTANCE_POLICY_COMMANDS } from './commands/instance-policy.ts';
import { KEY_COMMANDS } from './commands/key.ts';
import { KEY_DELETION_COMMANDS } from './commands/key-deletions.ts';
import { KEY_EVENT_COMMANDS } from './commands/key-events.ts';
import { KEY_IMPORT_COMMANDS } from './commands/key-import.ts';
import { KEY_MANAGE_COMMANDS } from './commands/key-manage.ts';
import { KEY_RING_COMMANDS } from './commands/key-ring.ts';
import { KEY_SECRET_COMMANDS } from './commands/key-secret.ts';
import { KEY_ROLE_COMMANDS } from './commands/key-role.ts';
import { POLICY_COMMANDS } from './commands/policy.ts';
import { PRINCIPAL_COMMANDS } from './commands/principal.ts';
import { ROLE_COMMANDS } from './commands/role.ts';
import { SIGN_IN_COMMANDS } from './commands/sign-in.ts';
import { SERVICE_COMMANDS } from './commands/service.ts';
import { SERVICE_ID_COMMANDS } from './commands/service-id.ts';
import { serveCommand } from './commands/serve.ts';
import { STATE_COMMANDS } from './commands/state.ts';
import { STATUS_COMMANDS } from './commands/status.ts';
import { TENANT_COMMANDS } from './commands/tenant.ts';
import { TOKEN_KEY_COMMANDS } from './commands/token-key.ts';
import { USES_COMMANDS } from './commands/uses.ts';
import { VAULT_AGENT_COMMANDS } from './commands/vault-agent.ts';
import { VAULT_COMMANDS } from './commands/vault.ts';
import { XKS_COMMANDS } from './commands/xks.ts';

/** What the groups of commands are about. */
export const GROUPS: Readonly<Record<string, string>> = {
  tenant: 'Tenants of the installation, and their regions.',
  'tenant region': 'Regions of a tenant: where its keys may live.',
  instance: "Instances: your tenant's keys in one region, as AWS and IBM Cloud each name that place.",
  'instance policy': 'Policies of an instance: what holds for all its keys, and from where it may be reached.',
  principal: 'Users of your tenant: who may ask.',
  'service-id': 'Service ids: programs of your tenant that may ask, as IBM Key Protect names them.',
  session: 'Console sessions: who is signed in, and an end to it.',
  'sign-in-settings': 'How people of your tenant sign in to the console.',
  policy: 'Policies of your tenant: what users and roles may do.',
  role: 'Roles of your tenant: what those who assume them may do, for a while.',
  'key-role': 'Roles of IBM Key Protect: what users, programs and roles may do with keys, and with which.',
  'identity-provider': 'Identity providers: OpenID providers by which people of your tenant sign in.',
  authorization: 'Authorizations: what services may do with keys of your tenant.',
  service: 'Services: programs that act for tenants where their policies or grants name them.',
  'token-key': 'Keys that sign the bearer tokens of the IBM Key Protect API.',
  credential: 'Credentials of your tenant: access keys, sessions, API keys.',
  grant: 'Grants: rights on one key that are handed to somebody, and taken back.',
  key: 'Keys of your tenant. They are used through the APIs of AWS KMS and IBM Key Protect.',
  'key alias': 'Names of a key.',
  'key tag': 'Tags of a key.',
  'key policy': 'The policy of a key: who may do what with it.',
  'key ring': 'Key rings: groups of keys over which rights are given.',
  'key import-token': 'The import token of a region: the way of IBM Key Protect.',
  'key secret': 'Stored secrets, which can be read again: the standard keys of IBM Key Protect.',
  access: 'Who may do what, and why.',
  approval: 'What waits for a second person.',
  audit: 'The audit log: its checkpoints, and its verification without the server.',
  state: 'The state of the server: copies of it, and their return.',
  xks: 'Keystead behind an external key store of AWS KMS: where AWS finds it, and the keys that it exposes.',
  vault: 'The backup vault: environments, backups, restores.',
  'vault source': 'Sources: what an environment backs up again and again.',
  'vault schedule': 'Schedules: what an environment does by the clock.',
  'vault alert': 'Alerts: who is told of what becomes of backups.',
  'vault environment': 'Backup environments: where backups are kept, and under which master key.',
  'vault retention': 'What is kept, and until when',
  'vault bucket': 'Buckets made for backups',
  'vault trash': 'What goes, and can be taken back',
  'vault hold': 'Legal holds: what nobody deletes until two people say so',
  'vault recovery-key':
    'Recovery keys: pairs whose private half is kept offline, for the day when every other master key is gone.',
  'vault agent': 'Agents: hosts that write backups of their own into an environment, and can read none.',
  agent: 'On a host that writes backups of its own: no server runs here, and no master key is at hand.',
};

/** Every command, in the order in which the help shows them. */
export const COMMANDS: readonly CliCommand[] = [
  serveCommand,
  initCommand,
  ...STATUS_COMMANDS,
  ...TENANT_COMMANDS,
  ...INSTANCE_COMMANDS,
  ...INSTANCE_POLICY_COMMANDS,
  ...INSTANCE_METRICS_COMMANDS,
  ...PRINCIPAL_COMMANDS,
  ...SERVICE_ID_COMMANDS,
  ...SIGN_IN_COMMANDS,
  ...IDENTITY_PROVIDER_COMMANDS,
  ...POLICY_COMMANDS,
  ...ROLE_COMMANDS,
  ...KEY_ROLE_COMMANDS,
  ...CREDENTIAL_COMMANDS,
  ...SERVICE_COMMANDS,
  ...TOKEN_KEY_COMMANDS,
  ...AUTHORIZATION_COMMANDS,
  ...KEY_COMMANDS,
  ...KEY_DELETION_COMMANDS,
  ...KEY_MANAGE_COMMANDS,
  ...KEY_IMPORT_COMMANDS,
  ...KEY_SECRET_COMMANDS,
  ...KEY_RING_COMMANDS,
  ...KEY_EVENT_COMMANDS,
  ...GRANT_COMMANDS,
  ...ACCESS_COMMANDS,
  ...APPROVAL_COMMANDS,
  ...AUDIT_COMMANDS,
  ...AUDIT_REMOTE_COMMANDS,
  ...USES_COMMANDS,
  ...STATE_COMMANDS,
  ...VAULT_COMMANDS,
  ...VAULT_AGENT_COMMANDS,
  ...AGENT_COMMANDS,
  ...XKS_COMMANDS,
  ...COMPLETION_COMMANDS,
];
