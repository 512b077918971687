import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluate } from '../src/access/evaluate.ts';
import { BUILT_IN_NAMES, BUILT_IN_POLICIES, BUILT_IN_TEXTS } from '../src/identity/built-in-policies.ts';
import { adminHouse, examplePath, type AdminHouse } from '../src/protocols/admin/admin.fixture.ts';
import { ADMIN_ROUTES } from '../src/protocols/admin/routes.ts';
import { OPERATIONS } from '../src/protocols/aws-kms/operations.ts';
import { CATALOG } from '../src/protocols/key-protect/catalog.ts';

/**
 * Who may do what, by the roles of people: K key-administrator, U key-user, B backup-administrator, R restore-operator,
 * A auditor, `-` none of them. The owner may do all of it; what begins with `installation:` is the operator's alone. An
 * action that a route or an operation asks for, and that has no line here, fails the test: say who may.
 */
const MATRIX = `
keystead:WhoAmI KUBRA
keystead:GetStatus KUBRA
keystead:WatchEvents KUBRA
keystead:GetOverview KUBRA
keystead:GetLimits KUBRA
keystead:ListRegions KUBRA
keystead:AddRegion -
keystead:DeleteRegion -
keystead:ExplainAccess KA
keystead:ListApprovals KBA

keystead:ListPrincipals KA
keystead:GetPrincipal A
keystead:CreatePrincipal -
keystead:SuspendPrincipal -
keystead:ResumePrincipal -
keystead:DeletePrincipal -
keystead:TagPrincipal -
keystead:UntagPrincipal -
keystead:AttachPrincipalPolicy -
keystead:DetachPrincipalPolicy -
keystead:PutPrincipalInlinePolicy -
keystead:DeletePrincipalInlinePolicy -
keystead:AssignPrincipalKeyRole -
keystead:RemovePrincipalKeyRole -
keystead:ListSessions A
keystead:EndSession -
keystead:ListEnrolments A
keystead:CreateEnrolment -
keystead:WithdrawEnrolment -
keystead:GetPrincipalSignIn A
keystead:GetSignInSettings A
keystead:SetSignInSettings -
keystead:ListRoles KA
keystead:GetRole A
keystead:CreateRole -
keystead:UpdateRole -
keystead:DeleteRole -
keystead:SetRoleTrust -
keystead:RevokeRoleSessions -
keystead:TagRole -
keystead:UntagRole -
keystead:AttachRolePolicy -
keystead:DetachRolePolicy -
keystead:PutRoleInlinePolicy -
keystead:DeleteRoleInlinePolicy -
keystead:AssignRoleKeyRole -
keystead:RemoveRoleKeyRole -
keystead:ListPolicies A
keystead:GetPolicy A
keystead:CreatePolicy -
keystead:UpdatePolicy -
keystead:DeletePolicy -
keystead:ListCredentials A
keystead:CreateCredential -
keystead:CreateRootCredential -
keystead:SuspendCredential -
keystead:DeleteCredential -
keystead:ListAuthorizations A
keystead:CreateAuthorization -
keystead:DeleteAuthorization -
keystead:ReadAuditLog A
keystead:ListIdentityProviders A
keystead:GetIdentityProvider A
keystead:CreateIdentityProvider -
keystead:UpdateIdentityProvider -
keystead:SuspendIdentityProvider -
keystead:ResumeIdentityProvider -
keystead:DeleteIdentityProvider -
keystead:TestIdentityProvider -
keystead:UnlinkIdentity -

keystead:ListXksEndpoints KA
keystead:GetXksEndpoint KA
keystead:CreateXksEndpoint -
keystead:DeleteXksEndpoint -
keystead:ExposeXksKey -
keystead:HideXksKey -
keystead:RotateXksCredential -

keystead:ListEnvironments BRA
keystead:GetEnvironment BRA
keystead:CreateEnvironment B
keystead:UpdateEnvironment B
keystead:DeleteEnvironment B
keystead:SetEnvironmentCredentials B
keystead:CheckEnvironment B
keystead:ChangeMasterKey B
keystead:CreateBucket B
keystead:EmptyStore -
keystead:AcceptLoss -
keystead:RetireDataKey B
keystead:ListSources BRA
keystead:GetSource BRA
keystead:CreateSource B
keystead:UpdateSource B
keystead:DeleteSource B
keystead:PauseSource B
keystead:ResumeSource B
keystead:ListSchedules BRA
keystead:CreateSchedule B
keystead:DeleteSchedule B
keystead:PauseSchedule B
keystead:ResumeSchedule B
keystead:ListRuns BRA
keystead:GetRun BRA
keystead:CancelRun BR
keystead:StartBackup B
keystead:StartMaintenance B
keystead:StartVerification BR
keystead:StartRestore R
keystead:PlanRestore BR
keystead:ListSnapshots BRA
keystead:BrowseSnapshot R
keystead:SearchSnapshot R
keystead:CompareSnapshots R
keystead:GetPathHistory R
keystead:GetRetention BRA
keystead:SetRetention B
keystead:ListKept BRA
keystead:MoveToTrash B
keystead:TakeBackSnapshots B
keystead:ForgetSnapshots B
keystead:ListHolds BRA
keystead:PlaceHold B
keystead:RequestHoldRelease B
keystead:WithdrawHoldRelease B
keystead:ConfirmHoldRelease B
keystead:GetKeyWatch BRA
keystead:CheckKeys B
keystead:ListAlerts BA
keystead:GetAlert BA
keystead:ListAlertChannels BA
keystead:CreateAlertChannel B
keystead:DeleteAlertChannel B
keystead:TestAlertChannel B
keystead:ListAgents BRA
keystead:GetAgent BRA
keystead:InviteAgent B
keystead:RevokeAgent B
keystead:EnrolAgent -
keystead:AskForAgent -
keystead:ReportAgentRun -

kms:ListKeys KUBA
kms:ListAliases KUBA
kms:ListKeyRings KUBA
kms:DescribeKey KUBA
kms:GetPublicKey KUA
kms:GetKeyLastUsage KA
kms:GetKeyPolicy KA
kms:ListKeyPolicies KA
kms:GetKeyRotationStatus KA
kms:ListKeyRotations KA
kms:ListResourceTags KA
kms:ListGrants KA
kms:ListRetirableGrants KA
kms:ListRegistrations KA
kms:ListKeyEvents KA
kms:GetInstancePolicies KA
kms:DescribeCustomKeyStores KA
kms:CreateKey K
kms:UpdateKeyDescription K
kms:EnableKey K
kms:DisableKey K
kms:ScheduleKeyDeletion K
kms:CancelKeyDeletion K
kms:AuthorizeKeyDeletion K
kms:SetDualAuthorization K
kms:PurgeKey -
kms:GetParametersForImport K
kms:ImportKeyMaterial K
kms:DeleteImportedKeyMaterial K
kms:CreateImportToken K
kms:GetImportToken K
kms:EnableKeyRotation K
kms:DisableKeyRotation K
kms:RotateKeyOnDemand K
kms:CreateAlias K
kms:UpdateAlias K
kms:DeleteAlias K
kms:CreateKeyRing K
kms:DeleteKeyRing K
kms:MoveKey K
kms:SyncKey K
kms:PutKeyPolicy K
kms:CreateGrant K
kms:RetireGrant K
kms:RevokeGrant K
kms:TagResource K
kms:UntagResource K
kms:ReplicateKey K
kms:UpdatePrimaryRegion K
kms:PutInstancePolicies K
kms:CreateCustomKeyStore K
kms:ConnectCustomKeyStore K
kms:DisconnectCustomKeyStore K
kms:UpdateCustomKeyStore K
kms:DeleteCustomKeyStore K
kms:ManageKmip -
kms:ReadKey -
kms:Encrypt U
kms:Decrypt U
kms:ReEncryptFrom U
kms:ReEncryptTo U
kms:GenerateDataKey U
kms:GenerateDataKeyWithoutPlaintext U
kms:GenerateDataKeyPair U
kms:GenerateDataKeyPairWithoutPlaintext U
kms:GenerateRandom U
kms:Sign U
kms:Verify U
kms:GenerateMac U
kms:VerifyMac U
kms:DeriveSharedSecret U
kms:Encapsulate U
kms:Decapsulate U
kms:CreateRegistration -
kms:UpdateRegistration -
kms:DeleteRegistration -
kms:AcknowledgeEvent -

sts:AssumeRole -
sts:TagSession -
sts:SetSourceIdentity -
`;

const LETTERS = {
  'key-administrator': 'K',
  'key-user': 'U',
  'backup-administrator': 'B',
  'restore-operator': 'R',
  auditor: 'A',
} as const;
type Role = keyof typeof LETTERS;

const ROWS = new Map(
  MATRIX.split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' ') as [string, string]),
);

const ASKED = new Set([
  // What is of oneself takes no permission.
  ...ADMIN_ROUTES.filter(({ access }) => access !== 'session').map(({ action }) => action),
  ...Object.values(OPERATIONS).flatMap((one) => (typeof one === 'string' ? [] : one.actions)),
  ...Object.values(CATALOG).flatMap(({ actions }) => actions),
  'sts:AssumeRole',
  'sts:TagSession',
  'sts:SetSourceIdentity',
]);

const ACCOUNT = '111122223333';
const SUBJECT = { arn: `arn:aws:iam::${ACCOUNT}:user/alice`, accountId: ACCOUNT };

function may(role: keyof typeof BUILT_IN_POLICIES, action: string, values: Readonly<Record<string, string>> = {}) {
  const context = { values: (key: string) => (values[key] === undefined ? undefined : [values[key]]) };
  const subject = { ...SUBJECT, policies: [BUILT_IN_POLICIES[role]] };
  return evaluate({ subject, action, resource: '*', context }).allowed;
}

describe('the roles of people', () => {
  const ofTenant = [...ASKED].filter((action) => !action.startsWith('installation:'));

  it('have a say about every route and every operation, and about nothing else', () => {
    expect(ofTenant.filter((action) => !ROWS.has(action))).toEqual([]);
    expect([...ROWS.keys()].filter((action) => !ASKED.has(action))).toEqual([]);
  });

  it.each(Object.entries(LETTERS))('%s may what the matrix says, and no more', (role, letter) => {
    const expected = [...ROWS].filter(([, who]) => who.includes(letter)).map(([action]) => action);
    expect(ofTenant.filter((action) => may(role as Role, action)).toSorted()).toEqual(expected.toSorted());
  });

  it.each(Object.keys(LETTERS) as Role[])(
    '%s has no pattern among its actions, so that nothing new slips in',
    (role) => {
      const { Statement } = JSON.parse(BUILT_IN_TEXTS[role].document) as { Statement: { Action: string[] }[] };
      const actions = Statement.flatMap(({ Action }) => Action);
      expect(actions.filter((action) => !ASKED.has(action))).toEqual([]);
    },
  );

  it.each(['owner', 'administrator'] as const)('%s may everything within the tenant, and nothing beyond', (role) => {
    expect([...ASKED].filter((action) => may(role, action)).toSorted()).toEqual(ofTenant.toSorted());
  });

  it('leaves the installation to the operator, and nothing else', () => {
    const expected = [...ASKED].filter((action) => action.startsWith('installation:') || action === 'keystead:WhoAmI');
    expect([...ASKED].filter((action) => may('operator', action)).toSorted()).toEqual(expected.toSorted());
  });

  it.each([
    [`arn:aws:keystead::${ACCOUNT}:environment/8d7f1a52-93c4-4c0e-8a3f-1b6f2f4c9a10`, true],
    [`arn:aws:iam::${ACCOUNT}:user/environment/alice`, false],
    [SUBJECT.arn, false],
  ])('lets a backup administrator make grants for environments alone: %s', (grantee, allowed) => {
    expect(may('backup-administrator', 'kms:CreateGrant', { 'kms:granteeprincipal': grantee })).toBe(allowed);
  });

  it('have a line each that says what they are for', () => {
    expect(BUILT_IN_NAMES).toEqual(['owner', ...Object.keys(LETTERS), 'administrator', 'user', 'operator']);
    const lines = BUILT_IN_NAMES.map((name) => BUILT_IN_TEXTS[name].description);
    expect(new Set(lines).size).toBe(lines.length);
    for (const line of lines) expect(line).toMatch(/^[A-Z].{20,140}$/);
  });
});

/** The same by the routes themselves: what a role may not do is refused, whatever else the role may. */
describe('a role of people, on every route that is not for it', () => {
  let house: AdminHouse;
  beforeAll(async () => {
    house = await adminHouse();
  });
  afterAll(() => house.close());

  it.each(Object.entries(LETTERS) as [Role, string][])(
    '%s is refused, with the permission that it lacks',
    async (role, letter) => {
      const { apiKey } = await house.member([role]);
      const others = ADMIN_ROUTES.filter(
        ({ access, action }) => access === undefined && !ROWS.get(action)?.includes(letter),
      );
      expect(others.length).toBeGreaterThan(50);
      for (const route of others) {
        const { status, body } = await house.send(apiKey, route.method, examplePath(route), route.example.body);
        const { code, message } = body['error'] as { code: string; message: string };
        expect([route.id, status, code]).toEqual([route.id, 403, 'access-denied']);
        expect(message).toContain(route.action);
      }
    },
  );
});
