import Type, { type Static } from 'typebox';
import { userArn } from '../../../identity/arn.ts';
import { IdentityError } from '../../../identity/errors.ts';
import { principalRef, putPrincipal, type Member } from '../../../identity/principal.ts';
import {
  endEnrolment,
  enrolmentLink,
  isEnrolmentOpen,
  issueEnrolment,
  readEnrolment,
  type Enrolment,
  type IssuedEnrolment,
} from '../../../identity/sign-in/enrolment.ts';
import { withoutSessions } from '../../../identity/sign-in/console-session.ts';
import { isLocked } from '../../../identity/sign-in/attempts.ts';
import type { SignIn } from '../../../identity/sign-in/sign-in-record.ts';
import type { Tenant } from '../../../identity/tenant.ts';
import type { Write } from '../../../records/commit.ts';
import { operatorTargets } from '../attached-policies.ts';
import { requireUnbounded } from '../credential-scopes.ts';
import { AdminRefusal } from '../refusal.ts';
import { adminRoute, type AdminContext, type AdminRoute } from '../route.ts';
import {
  closed,
  named,
  PAGE,
  pageFrom,
  paged,
  pageOf,
  POLICY_NAMES,
  PRINCIPAL_NAME_TEXT,
  TIMESTAMP,
  timestamp,
  UUID,
} from '../schema.ts';
import { endWaysIn } from '../sign-in/appoint.ts';
import { enrolmentOf } from '../sign-in/enrolment-of.ts';
import { signInOf } from '../sign-in/person.ts';
import { namedOrigin } from '../sign-in/site.ts';
import { IDENTITY_LINKS, PASSKEY, showLinks, showPasskeys } from '../sign-in/own-change.ts';
import { makeUser, PRINCIPAL, showPrincipal, userTargets, type NamedMember } from './principals.ts';

const ONCE = 'shown in this answer and never again';
const PARAMS = closed({ principalId: UUID });
const EXAMPLE = { principalId: '8d7f1a52-93c4-4c0e-8a3f-1b6f2f4c9a10' };
const KIND = Type.Enum(['first', 'invitation', 'reset']);

const ENROLMENT = named('Enrolment', {
  principalId: UUID,
  name: PRINCIPAL_NAME_TEXT,
  kind: KIND,
  createdAt: TIMESTAMP,
  createdBy: Type.String({ description: 'the ARN of who made the link' }),
  expiresAt: TIMESTAMP,
});

const ISSUED_ENROLMENT = named('IssuedEnrolment', {
  principalId: UUID,
  kind: KIND,
  link: Type.String({ description: `by which its user sets up how it signs in; ${ONCE}` }),
  token: Type.String({ description: `the part of the link behind the #; ${ONCE}` }),
  expiresAt: TIMESTAMP,
});

const invitePrincipal = adminRoute({
  id: 'invitePrincipal',
  method: 'POST',
  path: '/principals/invite',
  action: 'keystead:CreatePrincipal',
  summary: 'Makes a user of the own tenant with its policies, and a link by which the person sets up how it signs in',
  status: 201,
  body: closed({ name: PRINCIPAL_NAME_TEXT, policies: POLICY_NAMES }),
  answer: closed({ principal: PRINCIPAL, enrolment: ISSUED_ENROLMENT }),
  example: { body: { name: 'alice', policies: ['user'] } },
  prepare: (context, { body }) => ({
    targets: [
      ...userTargets(context, body),
      { action: 'keystead:CreateEnrolment', resource: userArn(context.proof.tenant.accountId, body.name) },
    ],
    details: { name: body.name, policies: body.policies },
    run: async (nowMs) => {
      const { tenant, principal } = context.proof;
      const made = await makeUser(context, body, nowMs);
      const { id } = made.value.member;
      const issued = issueEnrolment(tenant, id, 'invitation', principal.arn, undefined, nowMs);
      context.wipeLater(issued.token);
      return {
        value: { user: made.value, issued },
        writes: [...made.writes, issued.write],
        rooms: made.rooms,
        result: { principal: id },
      };
    },
  }),
  show: ({ user, issued }: { user: NamedMember; issued: IssuedEnrolment }, context) => ({
    principal: showPrincipal(user),
    enrolment: showIssued(issued, context),
  }),
});

const createEnrolment = adminRoute({
  id: 'createEnrolment',
  method: 'POST',
  path: '/principals/{principalId}/enrolment',
  action: 'keystead:CreateEnrolment',
  summary:
    'Makes a link by which a user sets up how it signs in, in place of the one that there was; with `reset` nothing else signs it in any more, from now on',
  status: 201,
  params: PARAMS,
  body: closed({ reset: Type.Optional(Type.Boolean()) }),
  answer: ISSUED_ENROLMENT,
  example: { params: EXAMPLE, body: {} },
  prepare: async (context, { params, body }) => {
    const { services, proof } = context;
    const { tenant, principal } = proof;
    const member = await services.directory.member(tenant, params.principalId);
    return {
      targets: [
        { action: 'keystead:CreateEnrolment', resource: member ? userArn(tenant.accountId, member.name) : '*' },
        // Whoever has the link becomes that person.
        ...operatorTargets(member?.policies ?? [], 'installation:CreateCredential'),
      ],
      details: { principal: params.principalId, ...(body.reset === true && { reset: true }) },
      run: async (nowMs) => {
        const user = requirePerson(member, params.principalId);
        requireUnbounded(context, user.id);
        const before = await enrolmentOf(services, tenant, user.id);
        const signIn = await signInOf(services, tenant, user.id);
        const kind = signIn.revision === 0 ? 'invitation' : 'reset';
        const isByTokenAlone = body.reset === true;
        const issued = issueEnrolment(tenant, user.id, kind, principal.arn, before, nowMs, { isByTokenAlone });
        context.wipeLater(issued.token);
        const writes: Write[] = [issued.write, ...(body.reset === true ? resetWrites(tenant, user, signIn) : [])];
        // Whose link it is decided who may make it: an operator's is not a user's.
        const preconditions =
          body.reset === true ? [] : [{ ref: principalRef(tenant.tenantId, user.id), revision: user.revision }];
        return { value: issued, writes, preconditions };
      },
    };
  },
  show: showIssued,
});

/** Every way in is gone at once, and every session. */
function resetWrites(tenant: Tenant, member: Member, signIn: SignIn): Write[] {
  return [putPrincipal(tenant, withoutSessions(member)).write, ...endWaysIn(tenant, signIn)];
}

const listEnrolments = adminRoute({
  id: 'listEnrolments',
  method: 'GET',
  path: '/enrolments',
  action: 'keystead:ListEnrolments',
  summary: 'Lists the sign-in links of the own tenant that are open',
  status: 200,
  query: PAGE,
  answer: pageOf(ENROLMENT),
  example: { query: { limit: 10 } },
  prepare: ({ services, proof: { tenant } }, { query }) => ({
    targets: [{ action: 'keystead:ListEnrolments', resource: '*' }],
    run: async (nowMs) => {
      const rows = await services.records.list(tenant.tenantId, 'enrolment', '', pageFrom(query));
      const items = [];
      for (const row of rows) {
        const enrolment = readEnrolment(tenant, row);
        const member = await services.directory.member(tenant, enrolment.userId);
        if (member?.state === 'active' && isEnrolmentOpen(enrolment, nowMs))
          items.push(showEnrolment({ enrolment, member }));
      }
      return { value: paged(rows, query, items) };
    },
  }),
  show: (page: { items: Static<typeof ENROLMENT>[]; next?: string }) => page,
});

const withdrawEnrolment = adminRoute({
  id: 'withdrawEnrolment',
  method: 'POST',
  path: '/principals/{principalId}/enrolment/withdraw',
  action: 'keystead:WithdrawEnrolment',
  summary: 'Takes a sign-in link back: from the answer on it opens nothing',
  status: 200,
  params: PARAMS,
  answer: ENROLMENT,
  example: { params: EXAMPLE },
  prepare: async (context, { params }) => {
    const { services, proof } = context;
    const { tenant } = proof;
    const member = await services.directory.member(tenant, params.principalId);
    return {
      targets: [
        { action: 'keystead:WithdrawEnrolment', resource: member ? userArn(tenant.accountId, member.name) : '*' },
        ...operatorTargets(member?.policies ?? [], 'installation:SuspendCredential'),
      ],
      details: { principal: params.principalId },
      run: async () => {
        const enrolment = member && (await enrolmentOf(services, tenant, member.id));
        if (member === undefined || enrolment === undefined)
          throw new AdminRefusal('enrolment-not-found', `there is no open sign-in link of ${params.principalId}`);
        return { value: { enrolment, member }, writes: [endEnrolment(enrolment)], urgent: true };
      },
    };
  },
  show: showEnrolment,
});

const getPrincipalSignIn = adminRoute({
  id: 'getPrincipalSignIn',
  method: 'GET',
  path: '/principals/{principalId}/sign-in',
  action: 'keystead:GetPrincipalSignIn',
  summary: 'Shows how a user signs in, and the link that waits for it',
  status: 200,
  params: PARAMS,
  answer: named('PrincipalSignIn', {
    passkeys: Type.Array(PASSKEY),
    passwordSetAt: Type.Optional(TIMESTAMP),
    recoveryCodesLeft: Type.Integer(),
    links: IDENTITY_LINKS,
    wrongAttempts: Type.Integer({ description: 'wrong passwords and codes in a row' }),
    lockedUntil: Type.Optional(TIMESTAMP),
    enrolment: Type.Optional(ENROLMENT),
  }),
  example: { params: EXAMPLE },
  prepare: async (context, { params }) => {
    const { services, proof } = context;
    const { tenant } = proof;
    const member = await services.directory.member(tenant, params.principalId);
    return {
      targets: [
        { action: 'keystead:GetPrincipalSignIn', resource: member ? userArn(tenant.accountId, member.name) : '*' },
      ],
      details: { principal: params.principalId },
      run: async (nowMs) => {
        const user = requirePerson(member, params.principalId);
        const signIn = await signInOf(services, tenant, user.id);
        const enrolment = await enrolmentOf(services, tenant, user.id);
        const open = enrolment && isEnrolmentOpen(enrolment, nowMs) ? enrolment : undefined;
        return { value: { member: user, signIn, open, nowMs } };
      },
    };
  },
  show: (found: { member: Member; signIn: SignIn; open: Enrolment | undefined; nowMs: number }) => {
    const { member, signIn, open, nowMs } = found;
    const { attempts, password, recoveryCodes } = signIn;
    return {
      passkeys: showPasskeys(signIn),
      ...(password && { passwordSetAt: timestamp(password.setAtMs) }),
      recoveryCodesLeft: recoveryCodes?.left ?? 0,
      links: showLinks(signIn),
      wrongAttempts: attempts.wrong,
      ...(isLocked(attempts, nowMs) && { lockedUntil: timestamp(attempts.lockedUntilMs as number) }),
      ...(open && { enrolment: showEnrolment({ enrolment: open, member }) }),
    };
  },
});

/** Every endpoint by which administrators look after how others sign in. */
export const PRINCIPAL_SIGN_IN_ROUTES: readonly AdminRoute[] = [
  invitePrincipal,
  createEnrolment,
  listEnrolments,
  withdrawEnrolment,
  getPrincipalSignIn,
];

/** @throws {IdentityError} there is no such user, or it is a program */
function requirePerson(member: Member | undefined, principalId: string): Member {
  if (member === undefined || member.state === 'deleted')
    throw new IdentityError('principal-not-found', `your tenant has no principal ${principalId}`);
  if (member.program === true)
    throw new IdentityError('person-needed', `${member.name} is a program, and only people sign in`);
  return member;
}

function showEnrolment({ enrolment, member }: { readonly enrolment: Enrolment; readonly member: Member }) {
  const { userId, kind, createdAtMs, createdBy, expiresAtMs } = enrolment;
  return {
    principalId: userId,
    name: member.name,
    kind,
    createdAt: timestamp(createdAtMs),
    createdBy,
    expiresAt: timestamp(expiresAtMs),
  };
}

function showIssued({ enrolment, token }: IssuedEnrolment, { browser, services }: AdminContext) {
  // Whoever asks from a browser is where people reach this server.
  const base = services.signIn.publicUrl ?? namedOrigin(browser.site?.origin ?? services.publicUrl);
  return {
    principalId: enrolment.userId,
    kind: enrolment.kind,
    link: enrolmentLink(base, token),
    token: token.toString('ascii'),
    expiresAt: timestamp(enrolment.expiresAtMs),
  };
}
