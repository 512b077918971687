import { rewrap as rewrapBy, unwrap as unwrapBy } from '../../../keys/wrap.ts';
import { andThen } from '../../../records/ports.ts';
import { bare } from '../answer.ts';
import { facts, factsOfExpiry } from '../facts.ts';
import { findKey, targetOf } from '../find-key.ts';
import type { Operation } from '../operation.ts';
import { expiryOf, readUnwrap } from './action-body.ts';

const NOTES =
  'a ciphertext is read as it was written, to the letter; what is wrong with it or with its aad is not told apart';

/** `POST /keys/{id}/actions/unwrap`: https://cloud.ibm.com/apidocs/key-protect#unwrapkey */
export const unwrap: Operation = {
  notes: NOTES,
  prepare(context, { path, body }) {
    const { wrapped, aad } = readUnwrap(body);
    return andThen(findKey(context, path['id'] as string), (open) => ({
      targets: [targetOf(context, 'kms:Decrypt', open)],
      run(nowMs) {
        const { secret, version, renewed } = unwrapBy(open, wrapped, aad, nowMs, context.random);
        const value = {
          plaintext: secret,
          keyVersion: { id: version.id },
          ...(renewed && { ciphertext: renewed.wrapped, rewrappedKeyVersion: { id: renewed.version.id } }),
        };
        const told = renewed
          ? { result: facts({ ...factsOfExpiry(open.key, nowMs), rewrappedKeyVersionId: renewed.version.id }) }
          : expiryOf(open.key, nowMs);
        return { value: bare('key_action', value), keyVersion: version.id, ...told };
      },
    }));
  },
};

/** `POST /keys/{id}/actions/rewrap`: https://cloud.ibm.com/apidocs/key-protect#rewrapkey */
export const rewrap: Operation = {
  notes: `${NOTES}; where the latest version had wrapped it already, both versions of the answer are that one (inferred)`,
  prepare(context, { path, body }) {
    const { wrapped, aad } = readUnwrap(body);
    return andThen(findKey(context, path['id'] as string), (open) => ({
      targets: [targetOf(context, 'kms:ReEncryptFrom', open), targetOf(context, 'kms:ReEncryptTo', open)],
      run(nowMs) {
        const { previous, wrapped: renewed, version } = rewrapBy(open, wrapped, aad, nowMs, context.random);
        const value = {
          ciphertext: renewed,
          keyVersion: { id: previous.id },
          rewrappedKeyVersion: { id: version.id },
        };
        const result = facts({ ...factsOfExpiry(open.key, nowMs), rewrappedKeyVersionId: version.id });
        return { value: bare('key_action', value), keyVersion: previous.id, result };
      },
    }));
  },
};
