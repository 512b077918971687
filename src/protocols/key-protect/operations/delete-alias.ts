import { deleteAlias as remove } from '../../../keys/aliases.ts';
import { KeyError } from '../../../keys/errors.ts';
import { andThen } from '../../../records/ports.ts';
import { isAliasOfThisWire } from '../alias-name.ts';
import { aliasTarget } from '../alias-target.ts';
import { NO_CONTENT } from '../answer.ts';
import { facts } from '../facts.ts';
import { findKey, targetOf } from '../find-key.ts';
import type { Operation } from '../operation.ts';
import { requireOwnInstance } from '../own-instance.ts';
import { requireNotDeleted } from '../require-not-deleted.ts';

const ACTION = 'kms:DeleteAlias';

/** `DELETE /keys/{id}/aliases/{alias}`: 204. */
export const deleteAlias: Operation = {
  notes:
    'takes effect at once; an alias that the key does not have answers 404 `KEY_ALIAS_NOT_FOUND_ERR` (inferred); a deleted key keeps its aliases (410, inferred)',
  prepare(context, { path }) {
    requireOwnInstance(context);
    const { id = '', alias = '' } = path;
    return andThen(findKey(context, id), (open) => ({
      targets: [
        targetOf(context, ACTION, open),
        ...(isAliasOfThisWire(alias) ? [aliasTarget(context, ACTION, `alias/${alias}`)] : []),
      ],
      details: facts({ alias: alias.slice(0, 100) }),
      run(nowMs) {
        const { key, space } = open;
        requireNotDeleted(key);
        if (!isAliasOfThisWire(alias)) throw new KeyError('alias-not-found', { keyId: key.id });
        return { ...remove(space, key, `alias/${alias}`, nowMs), value: NO_CONTENT };
      },
    }));
  },
};
