import type { Static } from 'typebox';
import Type from 'typebox';
import type { Explanation } from '../../../access/explain.ts';
import { OWN_WAYS, type OwnWay } from '../../../access/own-ways.ts';
import { foldName } from '../../../access/fold-name.ts';
import { parsePrincipalArn, userArn } from '../../../identity/arn.ts';
import type { Principal } from '../../../identity/principal.ts';
import type { Instance } from '../../../identity/tenant.ts';
import { KeyError } from '../../../keys/errors.ts';
import type { OpenKey } from '../../../keys/open-key.ts';
import { conditionOf } from '../../../keys/state.ts';
import type { Target } from '../../../pipeline/act.ts';
import { keyArn } from '../arn.ts';
import { requireRegion } from '../find.ts';
import { AdminRefusal } from '../refusal.ts';
import { adminRoute, type AdminContext } from '../route.ts';
import { closed, named, REGION_NAME } from '../schema.ts';

const TEXT = Type.String({ minLength: 1, maxLength: 2048 });
const PAIR = closed({ name: Type.String({ maxLength: 2048 }), value: Type.String({ maxLength: 8192 }) });
const FACT = closed({ key: TEXT, values: Type.Array(Type.String({ maxLength: 8192 }), { maxItems: 100 }) });

/** Whom a question is about. */
export const PRINCIPAL_TEXT = Type.String({
  minLength: 1,
  maxLength: 256,
  description: 'name of a user or of a service, or ARN of a user, a role, a session or the account',
});
/** What a question is about. */
export const ACTION_TEXT = Type.String({
  pattern: '^[a-z0-9-]{1,32}:[A-Za-z0-9]{1,128}$',
  description: 'an action such as kms:Decrypt',
});

const QUESTION = closed({
  principal: PRINCIPAL_TEXT,
  action: ACTION_TEXT,
  region: REGION_NAME,
  key: Type.Optional(Type.String({ minLength: 1, maxLength: 2048, description: 'id, alias/NAME or ARN of a key' })),
  resource: Type.Optional(
    Type.String({ minLength: 1, maxLength: 2048, description: 'ARN of what else it is done to; default: *' }),
  ),
  encryptionContext: Type.Optional(Type.Array(PAIR, { maxItems: 100 })),
  conditions: Type.Optional(Type.Array(FACT, { maxItems: 100, description: 'what else the request is to have' })),
});

const STATEMENT = named('ExplainedStatement', {
  source: Type.Enum(['key-policy', 'identity-policy', 'session-policy', 'scope']),
  policy: Type.Integer({ minimum: 1, description: 'which policy of that source' }),
  statement: Type.Integer({ minimum: 1, description: 'which statement of the policy' }),
  sid: Type.Optional(Type.String()),
  effect: Type.Enum(['Allow', 'Deny']),
  matched: Type.Boolean(),
  because: Type.Optional(
    Type.String({ description: 'why not: principal, action, resource, variable, condition, too-costly' }),
  ),
  detail: Type.Optional(Type.String()),
});
const GRANT = named('ExplainedGrant', {
  grantId: Type.String(),
  matched: Type.Boolean(),
  because: Type.Optional(Type.String({ description: 'why not: action, encryption-context, source-arn' })),
});
const EXPLANATION = named('AccessExplanation', {
  allowed: Type.Boolean(),
  reason: Type.String(),
  sid: Type.Optional(Type.String({ description: 'of the statement that decided' })),
  grantId: Type.Optional(Type.String({ description: 'of the grant that decided' })),
  principal: Type.String(),
  action: Type.String(),
  resource: Type.String(),
  statements: Type.Array(STATEMENT),
  grants: Type.Array(GRANT),
  ownWays: Type.Array(Type.Enum([...OWN_WAYS]), {
    description:
      'where it is refused: acts on the key that the principal may do, and by which it could let itself do this. The log would show it',
  }),
});

type Question = Static<typeof QUESTION>;

interface Answer {
  readonly principal: Principal;
  readonly target: Target;
  readonly explanation: Explanation;
  readonly ownWays: readonly OwnWay[];
}

/** What it takes to ask what others may. */
export const EXPLAIN_ACTION = 'keystead:ExplainAccess';
const KEY_ARN = /^arn:aws:kms:([a-z0-9-]+):(\d{12}):(?:key\/(.+)|(alias\/.+))$/;

export const explainAccess = adminRoute({
  id: 'explainAccess',
  method: 'POST',
  path: '/access/explain',
  action: EXPLAIN_ACTION,
  summary:
    'Tells whether a principal of the own tenant may do something, and what every statement and grant has to do with it',
  status: 200,
  body: QUESTION,
  answer: EXPLANATION,
  example: { body: { principal: 'alice', action: 'kms:Decrypt', region: 'us-east-1' } },
  prepare: (context, { body }) => ({
    targets: [{ action: EXPLAIN_ACTION, resource: '*' }],
    details: { principal: body.principal, action: body.action, region: body.region, key: body.key },
    run: async (nowMs) => {
      const space = await requireRegion(context, body.region);
      const principal = await requirePrincipal(context, body.principal, nowMs);
      const target = await askedTarget(context, space, body, nowMs);
      // Where it would come from is not known, unless the question says so.
      const stated = statedValues(body);
      const call = { principal, source: { protocol: 'explain', address: '' }, stated };
      const { pipeline } = context.services;
      const explanation = await pipeline.explain(call, target, nowMs);
      return { value: { principal, target, explanation, ownWays: await pipeline.ownWays(call, target, nowMs) } };
    },
  }),
  show: ({ principal, target, explanation: { decision, statements, grants }, ownWays }: Answer) => ({
    allowed: decision.allowed,
    reason: decision.reason,
    ...(decision.sid !== undefined && { sid: decision.sid }),
    ...(decision.grantId !== undefined && { grantId: decision.grantId }),
    principal: principal.arn,
    action: target.action,
    resource: target.resource,
    statements: statements.map(({ sid, ...trace }) => ({ ...trace, ...(sid !== undefined && { sid }) })),
    grants: [...grants],
    ownWays: [...ownWays],
  }),
});

/** The principal of the own tenant that a text means, as if it had proven itself; none that is switched off. */
export async function askedPrincipal(
  { services, proof }: AdminContext,
  text: string,
  nowMs: number,
): Promise<Principal | undefined> {
  const { tenant } = proof;
  const named = parsePrincipalArn(
    text.startsWith('arn:') || /^\d{12}$/.test(text) ? text : userArn(tenant.accountId, text),
  );
  const found = named && (await services.directory.asIfProven(tenant, named, nowMs));
  return found ?? (await services.directory.serviceAsIfProven(text, nowMs));
}

async function requirePrincipal(context: AdminContext, text: string, nowMs: number): Promise<Principal> {
  const who = await askedPrincipal(context, text, nowMs);
  if (who) return who;
  throw new AdminRefusal(
    'access-principal-not-found',
    `your tenant has no active user or role ${text}, and there is no such service`,
  );
}

/** The permission that a question is about. @throws {KeyError} `key-not-found` */
export async function askedTarget(
  context: AdminContext,
  space: Instance,
  question: Omit<Question, 'principal'>,
  nowMs: number,
): Promise<Target> {
  const { accountId } = context.proof.tenant;
  const { action, region, key, resource = '*' } = question;
  const encryptionContext = contextOf(question);
  const asked = { action, context: { values: () => undefined, encryptionContext } };
  if (key === undefined) return { ...asked, resource };
  const open = await findKey(context, space, key);
  if (open === undefined || conditionOf(open.key, nowMs) === 'gone')
    throw new KeyError('key-not-found', { keyId: key });
  return { ...asked, resource: keyArn(region, accountId, open.key.id), key: open, accountId };
}

async function findKey({ services, proof }: AdminContext, space: Instance, text: string): Promise<OpenKey | undefined> {
  const [, region, accountId, id, alias] = KEY_ARN.exec(text) ?? [];
  if (region !== undefined && (region !== space.region || accountId !== proof.tenant.accountId)) return undefined;
  const name = alias ?? id ?? text;
  return name.startsWith('alias/') ? services.keys.findByAlias(space, name) : services.keys.find(space, name);
}

/** What the request is to say of itself: what was stated, and the encryption context under its condition keys. */
export function statedValues(
  question: Pick<Question, 'region' | 'encryptionContext' | 'conditions'>,
): (key: string) => readonly string[] | undefined {
  const pairs = contextOf(question);
  const values = new Map<string, readonly string[]>([['aws:requestedregion', [question.region]]]);
  for (const [name, value] of pairs) {
    const key = `kms:encryptioncontext:${foldName(name)}`;
    values.set(key, [...(values.get(key) ?? []), value]);
  }
  if (pairs.size > 0) values.set('kms:encryptioncontextkeys', [...pairs.keys()]);
  for (const { key, values: stated } of question.conditions ?? []) values.set(foldName(key), stated);
  return (key) => values.get(key);
}

function contextOf({ encryptionContext = [] }: Pick<Question, 'encryptionContext'>): ReadonlyMap<string, string> {
  return new Map(encryptionContext.map(({ name, value }) => [name, value]));
}
