import {
  servesWrapping,
  WRAPPING_ALGORITHMS,
  WRAPPING_KEY_SPECS,
  type WrappingAlgorithmName,
  type WrappingKeySpec,
} from '../../../crypto/import-wrapping.ts';
import { prepareImport, requireImported, requireWrapping } from '../../../keys/import-token.ts';
import { requireCreatable } from '../../../keys/new-key-rules.ts';
import { encodeImportToken } from '../../../keys/sealed-import-token.ts';
import { requireState } from '../../../keys/state.ts';
import { AwsKmsError } from '../errors.ts';
import { management } from './manage.ts';
import { seconds } from './words.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_GetParametersForImport.html */
export const getParametersForImport = management<'GetParametersForImport'>({
  action: 'kms:GetParametersForImport',
  notes:
    'a key holds the 8 newest tokens; SM2PKE goes with WrappingKeySpec SM2 and the others with RSA, wrappings into which the key material cannot fit are refused here (the texts are inferred)',
  check({ WrappingAlgorithm, WrappingKeySpec }) {
    requireRow(WRAPPING_ALGORITHMS, WrappingAlgorithm);
    requireRow(WRAPPING_KEY_SPECS, WrappingKeySpec);
    requirePair(WrappingAlgorithm as WrappingAlgorithmName, WrappingKeySpec as WrappingKeySpec);
  },
  details: ({ WrappingAlgorithm, WrappingKeySpec }) => ({
    wrappingAlgorithm: WrappingAlgorithm,
    wrappingKeySpec: WrappingKeySpec,
  }),
  async run(context, { open, arn }, input, nowMs) {
    // Wrapping keys are dear: only a request that will succeed gets one.
    requireImported(open.key);
    requireState(open.key, 'prepare-import', nowMs);
    requireCreatable(await context.keys.instancePolicies.find(open.space), open.key);
    const algorithm = input.WrappingAlgorithm as WrappingAlgorithmName;
    const wrappingKey = input.WrappingKeySpec as WrappingKeySpec;
    requireWrapping(open.key, algorithm, wrappingKey);
    const pair = await context.wrappingKeys.take(wrappingKey, open.key.tenantId);
    const { value: token, writes } = prepareImport(open.space, open.key, algorithm, pair, nowMs, context.random);
    const value = {
      KeyId: arn,
      ImportToken: encodeImportToken(open, token.id, context.random),
      PublicKey: pair.publicKey.export({ format: 'der', type: 'spki' }),
      ParametersValidTo: seconds(token.expiresAtMs),
    };
    return { value, writes };
  },
});

/** RSAES_PKCS1_V1_5 is still in the enumeration of the model; AWS refuses it since October 2023. */
function requireRow(table: object, name: string): void {
  if (Object.hasOwn(table, name)) return;
  throw new AwsKmsError(
    'UnsupportedOperationException',
    `${name} is not supported for imports. Use one of ${Object.keys(table).join(', ')}.`,
  );
}

function requirePair(algorithm: WrappingAlgorithmName, spec: WrappingKeySpec): void {
  if (servesWrapping(spec, algorithm)) return;
  throw new AwsKmsError(
    'UnsupportedOperationException',
    `WrappingAlgorithm ${algorithm} is not compatible with WrappingKeySpec ${spec}.`,
  );
}
