import type { Credential, Enrolment, Passkey, Policy } from '@keystead/sdk';
import type { Methods } from './mocked.ts';
import { ACCOUNT, ago as before, DAY, idOf } from './access/made-up.ts';
import { principalAt, principals, principalsMock } from './access/principals.ts';
import { sessionsMock } from './access/session-samples.ts';
import { creationOptions, requestOptions, SAMPLE_CODES, sampleSession } from './sign-in.ts';

const ago = (days: number): string => before(days * DAY);
const ahead = (days: number): string => before(-days * DAY);
const answer = <T>(value: T): Promise<T> => Promise.resolve(value);

let enrolments: readonly Enrolment[] = [
  {
    principalId: idOf('mallory'),
    name: 'mallory',
    kind: 'invitation',
    createdAt: ago(2),
    createdBy: `arn:aws:iam::${ACCOUNT}:user/ada`,
    expiresAt: ahead(5),
  },
];

function issue(principalId: string, kind: Enrolment['kind']) {
  const name = principals.has(principalId) ? principalAt(principalId).name : '';
  const expiresAt = ahead(kind === 'invitation' ? 7 : 1);
  const made = { principalId, name, kind, createdAt: ago(0), createdBy: `arn:aws:iam::${ACCOUNT}:user/ada`, expiresAt };
  enrolments = [...enrolments.filter((one) => one.principalId !== principalId), made];
  const token = 'kse_bm90LWEtdG9rZW4tYnV0LW1hZGUtdXAtZm9yLXRoaXMtcGFnZQ';
  return { principalId, kind, expiresAt, token, link: `${window.location.origin}/console/welcome#${token}` };
}

function role(name: string, description: string, actions: readonly string[], more: Partial<Policy> = {}): Policy {
  const Statement = [{ Effect: 'Allow', Action: actions, Resource: '*' }];
  return {
    name,
    arn: `arn:aws:iam::aws:policy/${name}`,
    isBuiltIn: true,
    description,
    document: JSON.stringify({ Version: '2012-10-17', Statement }),
    ...more,
  };
}

let policies: readonly Policy[] = [
  role('owner', 'Everything within the tenant, its people and their rights too', ['kms:*', 'keystead:*', 'sts:*']),
  role('key-administrator', 'Looks after keys: makes, imports, rotates, disables and deletes them. Uses none', [
    'kms:CreateKey',
    'kms:DisableKey',
    'kms:ScheduleKeyDeletion',
  ]),
  role('key-user', 'Uses keys: encrypts, decrypts, signs. Changes none', ['kms:Encrypt', 'kms:Decrypt', 'kms:Sign']),
  role('backup-administrator', 'Looks after backups: environments, sources, schedules, retention, alerts, hosts', [
    'keystead:CreateEnvironment',
    'keystead:CreateSource',
    'kms:DescribeKey',
  ]),
  role('restore-operator', 'Finds things in backups, restores them, and proves that one could', [
    'keystead:ListSnapshots',
    'keystead:StartRestore',
  ]),
  role('auditor', 'Reads everything that is on record, the audit log too', [
    'keystead:ListAuditEntries',
    'kms:ListKeys',
  ]),
  role('operator', 'The installation: tenants, their regions, their first credentials', ['installation:*']),
  role('payroll-encrypt', 'Encrypts for the payroll, and never decrypts', ['kms:Encrypt', 'kms:GenerateDataKey'], {
    arn: `arn:aws:iam::${ACCOUNT}:policy/payroll-encrypt`,
    isBuiltIn: false,
    version: 3,
    attachments: 2,
    createdAt: ago(60),
    updatedAt: ago(4),
  }),
];

/** Those that the roles name, one by one. */
const ACTIONS = [...new Set(policies.flatMap(({ document }) => document.match(/[a-z]+:[A-Za-z]+/g) ?? []))].toSorted();
const credentials: readonly Credential[] = [
  {
    credentialId: '9a1f1a52-93c4-4c0e-8a3f-1b6f2f4c9a21',
    holder: 'user',
    principalId: idOf('ada'),
    type: 'api-key',
    state: 'active',
    createdAt: ago(40),
    expiresAt: ahead(50),
    description: 'Command line of ada',
    scopes: ['auditor'],
    lastUsedAt: ago(0.1),
    lastUsedFrom: '192.0.2.10',
    lastUsedBy: 'admin',
  },
  {
    credentialId: 'KSIAEXAMPLE1234567AB',
    holder: 'user',
    principalId: idOf('backup-runner'),
    type: 'access-key',
    state: 'active',
    createdAt: ago(200),
    description: 'Nightly backups',
    lastUsedAt: ago(120),
    lastUsedFrom: '192.0.2.77',
    lastUsedBy: 'aws-kms',
  },
];

let passkeys: readonly Passkey[] = [
  {
    passkeyId: '6d9f7a40-18b2-4c57-9a53-0d3c7d2b8f25',
    name: 'Chrome on Linux',
    createdAt: ago(80),
    lastUsedAt: ago(0.01),
    isBackedUp: false,
    transports: ['internal'],
  },
  {
    passkeyId: '7d9f7a40-18b2-4c57-9a53-0d3c7d2b8f26',
    name: 'Safari on iPhone',
    createdAt: ago(30),
    isBackedUp: true,
    transports: ['internal', 'hybrid'],
  },
];
let passwordSetAt: string | undefined = ago(30);
const own = () => ({
  passkeys,
  ...(passwordSetAt !== undefined && { passwordSetAt }),
  recoveryCodesLeft: passwordSetAt === undefined ? 0 : 8,
  links: [],
  canChangeUntil: ahead(0.005),
});

/** People, roles and one's own account on the made-up server. */
export const accessMock = {
  invitePrincipal: async ({ name, policies: given }) => {
    const principal = await principalsMock.createPrincipal({ name, policies: given });
    return { principal, enrolment: issue(principal.principalId, 'invitation') };
  },
  createEnrolment: (id, body) => answer(issue(id, body?.reset === true ? 'reset' : 'invitation')),
  listEnrolments: () => answer({ items: enrolments }),
  withdrawEnrolment: (id) => {
    const ended = enrolments.find(({ principalId }) => principalId === id) as Enrolment;
    enrolments = enrolments.filter((one) => one !== ended);
    return answer(ended);
  },
  getPrincipalSignIn: (id) => {
    const enrolment = enrolments.find(({ principalId }) => principalId === id);
    const has = enrolment === undefined ? own() : { passkeys: [], recoveryCodesLeft: 0, links: [] };
    return answer({ ...has, wrongAttempts: 0, ...(enrolment && { enrolment }) });
  },
  listPolicies: () => answer({ items: policies }),
  listActions: () => answer({ actions: ACTIONS }),
  getPolicy: (name) => answer(policies.find((one) => one.name === name) as Policy),
  createPolicy: ({ name, document, description = '' }) => {
    const made = role(name, description, [], {
      document,
      arn: `arn:aws:iam::${ACCOUNT}:policy/${name}`,
      isBuiltIn: false,
      version: 1,
      attachments: 0,
      createdAt: ago(0),
      updatedAt: ago(0),
    });
    policies = [...policies, made];
    return answer(made);
  },
  updatePolicy: (name, given) => {
    policies = policies.map((one) => (one.name === name ? ({ ...one, ...given, updatedAt: ago(0) } as Policy) : one));
    return answer(policies.find((one) => one.name === name) as Policy);
  },
  deletePolicy: (name) => {
    const gone = policies.find((one) => one.name === name) as Policy;
    policies = policies.filter((one) => one !== gone);
    return answer(gone);
  },
  listCredentials: (query) =>
    answer({
      items: credentials.filter(({ principalId }) => query?.principal === undefined || principalId === query.principal),
    }),
  checkAccess: ({ questions }) => answer({ allowed: questions.map(() => true) }),
  getOwnSignIn: () => answer(own()),
  startAddPasskey: () => answer({ options: creationOptions() }),
  finishAddPasskey: ({ name = 'Passkey' }) => {
    const made = { passkeyId: crypto.randomUUID(), name, createdAt: ago(0), isBackedUp: false, transports: [] };
    passkeys = [...passkeys, made];
    return answer(own());
  },
  renamePasskey: (id, { name }) => {
    passkeys = passkeys.map((one) => (one.passkeyId === id ? { ...one, name } : one));
    return answer(own());
  },
  deletePasskey: (id) => {
    passkeys = passkeys.filter(({ passkeyId }) => passkeyId !== id);
    return answer(own());
  },
  unlinkOwnIdentity: () => answer(own()),
  startSetPassword: () =>
    answer({
      setup: 'c2V0dXA',
      secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
      uri: 'otpauth://totp/Keystead:ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Keystead',
    }),
  finishSetPassword: () => {
    const isFirst = passwordSetAt === undefined;
    passwordSetAt = ago(0);
    return answer({ ...own(), ...(isFirst && { recoveryCodes: SAMPLE_CODES }) });
  },
  deletePassword: () => {
    passwordSetAt = undefined;
    return answer(own());
  },
  makeRecoveryCodes: () => answer({ recoveryCodes: SAMPLE_CODES }),
  reauthenticateWithPassword: () => answer(sampleSession()),
  startPasskeyReauthentication: () => answer({ options: requestOptions() }),
  finishPasskeyReauthentication: () => answer(sampleSession()),
  listOwnSessions: () => sessionsMock.listSessions({ principalId: idOf('ada') }),
  endOwnSession: sessionsMock.endSession,
} satisfies Partial<Methods>;
