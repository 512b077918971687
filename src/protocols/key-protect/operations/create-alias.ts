import { iamIdOf } from '../../../identity/iam-id.ts';
import { createAlias as create } from '../../../keys/aliases.ts';
import { KeyError } from '../../../keys/errors.ts';
import { andThen } from '../../../records/ports.ts';
import { aliasName, MAX_ALIASES, requireRoomForAlias } from '../alias-name.ts';
import { aliasTarget } from '../alias-target.ts';
import { collection } from '../answer.ts';
import { facts } from '../facts.ts';
import { findKey, targetOf } from '../find-key.ts';
import { timestamp } from '../names.ts';
import type { Operation } from '../operation.ts';
import { requireOwnInstance } from '../own-instance.ts';
import { requireNotDeleted } from '../require-not-deleted.ts';

const ACTION = 'kms:CreateAlias';

/** `POST /keys/{id}/aliases/{alias}`: 201 with the alias. */
export const createAlias: Operation = {
  notes: `it is the alias \`alias/<name>\` of the AWS wire too; a key has at most ${MAX_ALIASES} that this wire can show, others do not count; reserved words are reserved in every case, UUIDs of every version are refused; a deleted key keeps its aliases and takes no more (410, inferred); there is no limit for an instance; a policy of the caller that denies it on the alias counts too`,
  prepare(context, { path }) {
    const { instance, principal, quotas, keys } = context;
    requireOwnInstance(context);
    const { id = '', alias = '' } = path;
    const name = aliasName(alias);
    return andThen(findKey(context, id), (open) =>
      andThen(keys.findByAlias(instance, name), (holder) => ({
        targets: [targetOf(context, ACTION, open), aliasTarget(context, ACTION, name)],
        details: facts({ alias }),
        run(nowMs) {
          const { key, space } = open;
          requireNotDeleted(key);
          if (holder !== undefined) throw new KeyError('alias-exists', { alias: name, keyId: holder.key.id });
          requireRoomForAlias(key);
          const createdBy = iamIdOf(principal);
          const { writes } = create(space, key, name, nowMs, quotas, createdBy);
          const made = { keyId: key.id, alias, createdBy, creationDate: timestamp(nowMs) };
          return { value: collection('alias', [made], { status: 201 }), writes };
        },
      })),
    );
  },
};
