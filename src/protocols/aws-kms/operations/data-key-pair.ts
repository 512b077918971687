import type { Json } from '../../../bytes/canonical-json.ts';
import { wipe } from '../../../bytes/bytes.ts';
import { DATA_KEY_PAIR_SPECS } from '../../../crypto/key-pair.ts';
import type { KeySpecRow } from '../../../crypto/key-spec.ts';
import { KeyError } from '../../../keys/errors.ts';
import { sealPair, type SealedPair } from '../../../keys/data-key-pair.ts';
import type { OpenKey } from '../../../keys/open-key.ts';
import { requireSymmetric } from '../../../keys/use.ts';
import { andThen, type MaybePromise } from '../../../records/ports.ts';
import type { Input, OperationContext } from '../operation.ts';
import { aadOf, contextDetails } from './encryption-context.ts';

export type DataKeyPairInput = Input<'GenerateDataKeyPairWithoutPlaintext'>;

/** What the entries of both operations that make a pair say of it. */
export function pairDetails({ EncryptionContext, KeyPairSpec }: DataKeyPairInput): Json {
  return {
    ...(EncryptionContext && EncryptionContext.size > 0 && { encryptionContext: contextDetails(EncryptionContext) }),
    keyPairSpec: KeyPairSpec,
  };
}

/** Refuses contexts that cannot be bound. */
export function validatePair({ EncryptionContext }: DataKeyPairInput): void {
  aadOf(EncryptionContext);
}

/** Refuses keys under which {@link makePair} would fail, without making a pair. */
export function checkPair({ key }: OpenKey, _: DataKeyPairInput, nowMs: number): void {
  requireSymmetric(key, nowMs);
  // API_GenerateDataKeyPair: not under a key in a custom key store.
  if (key.keyStore !== undefined) throw new KeyError('wrong-origin', { keyId: key.id });
}

/** Makes a pair, its private half encrypted under the key. */
export function makePair(
  open: OpenKey,
  { EncryptionContext, KeyPairSpec }: DataKeyPairInput,
  nowMs: number,
  { materials, principal, random }: OperationContext,
): MaybePromise<SealedPair> {
  const spec = DATA_KEY_PAIR_SPECS.get(KeyPairSpec) as KeySpecRow;
  return andThen(materials.takePair(spec, principal.tenantId), (pair) => {
    try {
      return sealPair(open, pair, aadOf(EncryptionContext), nowMs, random);
    } catch (error) {
      wipe(pair.privateKey);
      throw error;
    }
  });
}
