import { wipe } from '../../../bytes/bytes.ts';
import { wrap as wrapBy, wrapFresh } from '../../../keys/wrap.ts';
import { andThen } from '../../../records/ports.ts';
import { bare } from '../answer.ts';
import { findKey, targetOf } from '../find-key.ts';
import type { Operation } from '../operation.ts';
import { expiryOf, readWrap } from './action-body.ts';

/** `POST /keys/{id}/actions/wrap`: https://cloud.ibm.com/apidocs/key-protect#wrapkey */
export const wrap: Operation = {
  notes:
    'a plaintext has 1 to 8,192 bytes (no limit is documented); `aad` has at most 100 texts, and `null` among them counts as none; an empty `plaintext` is refused, not taken for an absent one; what one root key wrapped no other unwraps, not even one with the same imported material (IBM lets it)',
  prepare(context, { path, body }) {
    const { plaintext, aad } = readWrap(body);
    return andThen(findKey(context, path['id'] as string), (open) => ({
      targets: [targetOf(context, plaintext === undefined ? 'kms:GenerateDataKey' : 'kms:Encrypt', open)],
      run(nowMs) {
        if (plaintext === undefined) {
          const { dataKey, wrapped, version } = wrapFresh(open, aad, nowMs, context.random);
          const value = { plaintext: dataKey, ciphertext: wrapped, keyVersion: { id: version.id } };
          return { value: bare('key_action', value), keyVersion: version.id, ...expiryOf(open.key, nowMs) };
        }
        try {
          const { wrapped, version } = wrapBy(open, plaintext, aad, nowMs, context.random);
          const value = { ciphertext: wrapped, keyVersion: { id: version.id } };
          return { value: bare('key_action', value), keyVersion: version.id, ...expiryOf(open.key, nowMs) };
        } finally {
          wipe(plaintext);
        }
      },
    }));
  },
};
