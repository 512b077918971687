import Type, { type Static } from 'typebox';
import { personOf } from '../../../identity/person.ts';
import { environmentArn } from '../../../jobs/find-environment.ts';
import { readEnvironment } from '../../../vault/environments/environment-record.ts';
import type { Environment } from '../../../vault/environments/environment.ts';
import { authorizationOf } from '../../../keys/dual-authorization.ts';
import { awaitedKeyOf, awaitedSpace } from '../../../keys/key-record.ts';
import { conditionOf } from '../../../keys/state.ts';
import type { LegalHold } from '../../../vault/keeping/legal-hold.ts';
import { findKey } from '../find-key.ts';
import { adminRoute, type AdminContext } from '../route.ts';
import { named, PAGE, pageFrom, pageOf, TIMESTAMP, timestamp } from '../schema.ts';
import { refusing } from '../vault/refusals.ts';

const APPROVAL = named('Approval', {
  kind: Type.Enum(['key-deletion', 'hold-release']),
  region: Type.Optional(Type.String({ description: 'of the key' })),
  keyId: Type.Optional(Type.String()),
  aliases: Type.Optional(Type.Array(Type.String())),
  environmentId: Type.Optional(Type.String()),
  environment: Type.Optional(Type.String({ description: 'the label of the environment' })),
  holdId: Type.Optional(Type.String()),
  releaseId: Type.Optional(Type.String({ description: 'what the second person names to confirm it' })),
  reason: Type.Optional(Type.String({ description: 'why the hold was placed' })),
  requestedBy: Type.String({ description: 'the name of the user, or how the request named who asked' }),
  requestedById: Type.String(),
  requestedAt: Type.Optional(TIMESTAMP),
  expiresAt: { ...TIMESTAMP, description: 'from then on it takes another first word' },
  mayApprove: Type.Boolean({ description: 'whether who asks for this list may be the second person' }),
  because: Type.Optional(
    Type.Enum(['same-person', 'not-permitted'], { description: 'why not: who asked cannot confirm; no permission' }),
  ),
});

type Approval = Static<typeof APPROVAL>;

/** The word of the first of two people. */
interface FirstWord {
  readonly principalId: string;
  readonly name: string;
  readonly atMs: number | undefined;
  readonly expiresAtMs: number;
}

export const listApprovals = adminRoute({
  id: 'listApprovals',
  method: 'GET',
  path: '/approvals',
  action: 'keystead:ListApprovals',
  summary:
    'Lists what waits for a second person in the own tenant: releases of legal holds (all of them before the first page of the others), deletions of keys that one person authorised',
  status: 200,
  query: PAGE,
  answer: pageOf(APPROVAL),
  example: { query: { limit: 10 } },
  prepare: (context, { query }) => ({
    targets: [{ action: 'keystead:ListApprovals', resource: '*' }],
    run: (nowMs) =>
      refusing(async () => {
        const page = pageFrom(query);
        const { tenantId } = context.proof.tenant;
        const items: Approval[] = page.after === undefined ? await releases(context, nowMs) : [];
        const names = await context.services.records.listNames(awaitedSpace(tenantId), page);
        for (const { name } of names) {
          const found = await keyDeletion(context, awaitedKeyOf(name), nowMs);
          if (found !== undefined) items.push(found);
        }
        const last = names.at(-1);
        return { value: { items, ...(last && names.length === page.limit && { next: last.name }) } };
      }),
  }),
  show: (page: { items: Approval[]; next?: string }) => page,
});

/** What the key's record says: a name proves nothing, and what it says may be over. */
async function keyDeletion(
  context: AdminContext,
  { region, keyId }: { readonly region: string; readonly keyId: string },
  nowMs: number,
): Promise<Approval | undefined> {
  const { target } = await findKey(context, 'kms:ScheduleKeyDeletion', { region, keyId });
  const key = target.key?.key;
  const authorized = key && authorizationOf(key, nowMs);
  if (key === undefined || authorized === undefined || conditionOf(key, nowMs) === 'gone') return undefined;
  const { principalId, by: name, atMs, expiresAtMs } = authorized;
  return {
    kind: 'key-deletion',
    region,
    keyId: key.id,
    aliases: key.aliases.map((alias) => alias.name),
    ...(await second(context, { principalId, name, atMs, expiresAtMs }, target, nowMs)),
  };
}

async function releases(context: AdminContext, nowMs: number): Promise<Approval[]> {
  const { records } = context.services;
  const { tenantId, tenantKey } = context.proof.tenant;
  const found: Approval[] = [];
  for (let after: string | undefined; ;) {
    const page = { limit: 1_000, ...(after !== undefined && { after }) };
    const rows = await records.list(tenantId, 'environment', '', page);
    for (const row of rows) {
      const environment = readEnvironment(tenantKey, row);
      for (const hold of environment.holds ?? []) {
        const one = await release(context, environment, hold, nowMs);
        if (one !== undefined) found.push(one);
      }
    }
    after = rows.at(-1)?.id;
    if (rows.length < page.limit) return found;
  }
}

async function release(
  context: AdminContext,
  { id, label }: Environment,
  hold: LegalHold,
  nowMs: number,
): Promise<Approval | undefined> {
  const { release: asked, released } = hold;
  if (asked === undefined || released !== undefined || nowMs >= asked.expiresAtMs) return undefined;
  const { by, requestedAtMs: atMs, expiresAtMs } = asked;
  const target = { action: 'keystead:ConfirmHoldRelease', resource: environmentArn(context.proof.tenant, id) };
  return {
    kind: 'hold-release',
    environmentId: id,
    environment: label,
    holdId: hold.id,
    releaseId: asked.id,
    reason: hold.reason,
    ...(await second(context, { principalId: by.principalId, name: by.arn, atMs, expiresAtMs }, target, nowMs)),
  };
}

/** Who asked, until when it counts, and whether who looks at it can be the second of the two. */
async function second(
  { services, proof, call }: AdminContext,
  { principalId, name, atMs, expiresAtMs }: FirstWord,
  target: { readonly action: string; readonly resource: string },
  nowMs: number,
) {
  const isSame = personOf(proof.principal).principalId === principalId;
  const mayApprove = !isSame && (await services.pipeline.wouldAllow(call, target, nowMs));
  const member = await services.directory.member(proof.tenant, principalId);
  const because = isSame ? ('same-person' as const) : ('not-permitted' as const);
  return {
    requestedBy: member?.name ?? name,
    requestedById: principalId,
    ...(atMs !== undefined && { requestedAt: timestamp(atMs) }),
    expiresAt: timestamp(expiresAtMs),
    mayApprove,
    ...(!mayApprove && { because }),
  };
}
