import Type from 'typebox';
import { iamIdOf } from '../../../identity/iam-id.ts';
import { createAlias, deleteAlias, moveAlias, requireAliasName } from '../../../keys/aliases.ts';
import { KeyError } from '../../../keys/errors.ts';
import { describeAs } from '../../../keys/lifecycle.ts';
import { OpenKey } from '../../../keys/open-key.ts';
import { conditionOf } from '../../../keys/state.ts';
import type { Target } from '../../../pipeline/act.ts';
import { keyArn } from '../arn.ts';
import { findKey, KEY_EXAMPLE, KEY_PARAMS } from '../find-key.ts';
import { KEY, showKey } from '../key-answer.ts';
import { keyRoute } from '../key-route.ts';
import { adminRoute, type AdminContext } from '../route.ts';
import { closed, DESCRIPTION } from '../schema.ts';

/** Its form is checked by the key domain, which says what is wrong with it. */
const ALIAS = closed({
  alias: Type.String({ minLength: 1, maxLength: 256, description: 'alias/ and up to 250 of letters, digits, / _ -' }),
});
const EXAMPLE = { alias: 'alias/backups' };

/** The permission on the name itself. It rests on the caller's own policies: an alias has none. */
function aliasTarget(action: string): (context: AdminContext, region: string, body: { alias: string }) => Target[] {
  return ({ proof }, region, { alias }) => {
    requireAliasName(alias);
    return [{ action, resource: keyArn(region, proof.tenant.accountId, alias) }];
  };
}

export const createKeyAlias = keyRoute({
  id: 'createKeyAlias',
  method: 'POST',
  below: '/aliases',
  action: 'kms:CreateAlias',
  summary: 'Gives a key a name that is not taken in its region',
  body: ALIAS,
  example: EXAMPLE,
  besides: aliasTarget('kms:CreateAlias'),
  details: ({ alias }) => ({ aliasName: alias }),
  change: async (space, key, { alias }, nowMs, { services, proof }) => {
    const holder = await services.keys.findByAlias(space, alias);
    const isGone = holder !== undefined && conditionOf(holder.key, nowMs) === 'gone';
    if (holder !== undefined && !isGone) throw new KeyError('alias-exists', { alias, keyId: holder.key.id });
    const made = createAlias(space, key, alias, nowMs, services.quotas, iamIdOf(proof.principal));
    // A key that only waits to be destroyed keeps its names from nobody.
    const released = isGone ? deleteAlias(holder.space, holder.key, alias, nowMs).writes : [];
    return { ...made, writes: [...released, ...made.writes] };
  },
});

export const deleteKeyAlias = keyRoute({
  id: 'deleteKeyAlias',
  method: 'POST',
  below: '/aliases/delete',
  action: 'kms:DeleteAlias',
  summary: 'Takes a name from a key. Who uses the key by that name is refused from then on',
  body: ALIAS,
  example: EXAMPLE,
  besides: aliasTarget('kms:DeleteAlias'),
  details: ({ alias }) => ({ aliasName: alias }),
  change: (space, key, { alias }, nowMs) => deleteAlias(space, key, alias, nowMs),
});

const MOVE = 'kms:UpdateAlias';

export const moveKeyAlias = adminRoute({
  id: 'moveKeyAlias',
  method: 'POST',
  path: '/regions/{region}/keys/{keyId}/aliases/move',
  action: MOVE,
  summary: 'Moves a name from the key that has it to this one: who uses the name uses this key from then on',
  status: 200,
  params: KEY_PARAMS,
  body: ALIAS,
  answer: KEY,
  example: { params: KEY_EXAMPLE, body: EXAMPLE },
  prepare: async (context, { params, body: { alias } }) => {
    const to = await findKey(context, MOVE, params);
    const [named] = aliasTarget(MOVE)(context, params.region, { alias }) as [Target];
    const from = await findKey(context, MOVE, { region: params.region, keyId: alias });
    const isOther = from.target.key !== undefined && from.target.key.key.id !== to.target.key?.key.id;
    return {
      targets: [to.target, named, ...(isOther ? [from.target] : [])],
      details: { aliasName: alias },
      run: (nowMs) => {
        const { space, key } = to.require(nowMs);
        const holder = from.target.key;
        if (holder === undefined || conditionOf(holder.key, nowMs) === 'gone')
          throw new KeyError('alias-not-found', { alias });
        const { value, ...change } = moveAlias(space, holder.key, key, alias, nowMs, context.services.quotas);
        return { ...change, value: { open: new OpenKey(value, space), accountId: to.accountId, nowMs } };
      },
    };
  },
  show: ({ open, accountId, nowMs }: { open: OpenKey; accountId: string; nowMs: number }) =>
    showKey(open, accountId, nowMs),
});

export const updateKeyDescription = keyRoute({
  id: 'updateKeyDescription',
  method: 'POST',
  below: '/description',
  action: 'kms:UpdateKeyDescription',
  summary: 'Sets what is written to a key for people',
  body: closed({ description: DESCRIPTION }),
  example: { description: 'backups of the payroll' },
  change: (space, key, { description }, nowMs) => describeAs(space, key, description, nowMs),
});
