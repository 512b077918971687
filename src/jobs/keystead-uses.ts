import { aadOfMap } from '../crypto/aad.ts';
import { parseCiphertext } from '../crypto/ciphertext.ts';
import type { Random } from '../crypto/random.ts';
import { wipe } from '../bytes/bytes.ts';
import { KeyError } from '../keys/errors.ts';
import type { OpenKey } from '../keys/open-key.ts';
import { decrypt, encrypt, generateDataKey, type Decrypted } from '../keys/use.ts';
import type { Done } from '../pipeline/act.ts';
import type { KeysteadReply, KeysteadRequest } from '../vault/master-keys/keystead-service.ts';
import { stateOf } from './keystead-refusals.ts';

type Operation = KeysteadRequest['operation'];
type RequestOf<O extends Operation> = Extract<KeysteadRequest, { readonly operation: O }>;

/** What one operation on a key of this installation is: the permissions it needs, on which key, and the verb. */
interface Use<O extends Operation> {
  /** The first is asked of the key, the second of the one that it is re-wrapped for. */
  readonly actions: readonly [string, string?];
  readonly run: (
    request: RequestOf<O>,
    open: OpenKey,
    to: OpenKey | undefined,
    nowMs: number,
    random: Random,
  ) => Done<KeysteadReply>;
}

const DATA_KEY_LENGTH = 32;

/** One row for each operation. Ciphertexts are those of the AWS KMS API: a vault may change from one way to the other. */
export const KEYSTEAD_USES: { readonly [O in Operation]: Use<O> } = {
  generate: {
    actions: ['kms:GenerateDataKey'],
    run: ({ context }, open, _to, nowMs, random) => {
      const made = generateDataKey(open, DATA_KEY_LENGTH, aadOf(context), nowMs, random);
      return { value: { dataKey: made.dataKey, wrapped: made.ciphertext }, keyVersion: made.version.id };
    },
  },
  wrap: {
    actions: ['kms:Encrypt'],
    run: ({ context, dataKey }, open, _to, nowMs, random) => {
      const { ciphertext, version } = encrypt(open, dataKey, aadOf(context), nowMs, random);
      return { value: { wrapped: ciphertext }, keyVersion: version.id };
    },
  },
  unwrap: {
    actions: ['kms:Decrypt'],
    run: ({ context, wrapped }, open, _to, nowMs) => {
      const { plaintext, version } = opened(open, context, wrapped, nowMs);
      return { value: { dataKey: plaintext }, keyVersion: version.id };
    },
  },
  rewrap: {
    actions: ['kms:ReEncryptFrom', 'kms:ReEncryptTo'],
    run: ({ context, wrapped }, open, to = open, nowMs, random) => {
      const { plaintext } = opened(open, context, wrapped, nowMs);
      try {
        return { value: { wrapped: encrypt(to, plaintext, aadOf(context), nowMs, random).ciphertext } };
      } finally {
        wipe(plaintext);
      }
    },
  },
  describe: {
    actions: ['kms:DescribeKey'],
    run: ({ keyId }, { key }, _to, nowMs) => {
      const { spec, usage, keyStore } = key;
      // Half of a key in an external key store is elsewhere: the way to it is the AWS KMS API of this server.
      const kind = `${spec.aws} for ${usage}${keyStore === undefined ? '' : ' in an external key store'}`;
      const suitable = spec.family === 'aes' && usage === 'encrypt-decrypt' && keyStore === undefined;
      return { value: { facts: { keyId, suitable, kind, ...stateOf(key, nowMs) } } };
    },
  },
};

function aadOf(context: RequestOf<'generate'>['context']): Buffer {
  return aadOfMap(new Map(context));
}

function opened(open: OpenKey, context: RequestOf<'unwrap'>['context'], wrapped: Uint8Array, nowMs: number): Decrypted {
  const parsed = parseCiphertext(Buffer.from(wrapped));
  if (parsed === undefined) throw new KeyError('invalid-ciphertext', { keyId: open.key.id });
  return decrypt(open, parsed, aadOf(context), nowMs);
}
