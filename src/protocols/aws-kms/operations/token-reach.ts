import { X509Certificate } from 'node:crypto';
import { wipe } from '../../../bytes/bytes.ts';
import { wrapStoreSecret, type TokenReach } from '../../../keys/key-store.ts';
import { tokenName } from '../../../keys/key-store-record.ts';
import { AwsKmsError } from '../errors.ts';
import type { TokenSettings } from '../key-stores.ts';
import type { OperationContext } from '../operation.ts';
import { requiredMember } from './refusals.ts';

interface Members {
  readonly CloudHsmClusterId?: string;
  readonly TrustAnchorCertificate?: string;
  readonly KeyStorePassword?: string;
}

/** The members that say which token a store is in. */
export const TOKEN_MEMBERS = ['CloudHsmClusterId', 'TrustAnchorCertificate', 'KeyStorePassword'] as const;

/**
 * The token that a new store is in.
 *
 * @throws {AwsKmsError} ValidationException, CloudHsmClusterNotFoundException, IncorrectTrustAnchorException,
 *   CloudHsmClusterInUseException
 */
export async function tokenReach(context: OperationContext, keyStoreId: string, input: Members): Promise<TokenReach> {
  const { CloudHsmClusterId: clusterId, TrustAnchorCertificate: trustAnchor, KeyStorePassword: password } = input;
  if (clusterId === undefined) throw requiredMember('CloudHsmClusterId');
  if (trustAnchor === undefined) throw requiredMember('TrustAnchorCertificate');
  if (password === undefined) throw requiredMember('KeyStorePassword');
  const token = requireToken(context, clusterId);
  if (!derOf(trustAnchor)?.equals(token.trustAnchor)) {
    throw new AwsKmsError(
      'IncorrectTrustAnchorException',
      'The trust anchor certificate is not the one that is configured for this cluster.',
    );
  }
  if ((await context.records.resolve(tokenName(clusterId))) !== undefined) {
    throw new AwsKmsError('CloudHsmClusterInUseException', `The cluster ${clusterId} has a custom key store already.`);
  }
  return { kind: 'token', clusterId, trustAnchor, password: wrapPassword(context, keyStoreId, password) };
}

/**
 * The token of a store with another password, or in another place: one that has the same trust anchor is taken for a
 * copy of it.
 *
 * @throws {AwsKmsError} CloudHsmClusterNotFoundException, CloudHsmClusterNotRelatedException
 */
export function tokenReachAfter(
  context: OperationContext,
  keyStoreId: string,
  { CloudHsmClusterId: clusterId, KeyStorePassword: password }: Members,
  before: TokenReach,
): TokenReach {
  if (clusterId !== undefined && clusterId !== before.clusterId) {
    const token = requireToken(context, clusterId);
    if (!derOf(before.trustAnchor)?.equals(token.trustAnchor)) {
      throw new AwsKmsError(
        'CloudHsmClusterNotRelatedException',
        `The cluster ${clusterId} has another trust anchor than ${before.clusterId}, so it is no copy of it.`,
      );
    }
  }
  return {
    ...before,
    ...(clusterId !== undefined && { clusterId }),
    ...(password !== undefined && { password: wrapPassword(context, keyStoreId, password) }),
  };
}

function requireToken({ keyStores }: OperationContext, clusterId: string): TokenSettings {
  const token = keyStores.token(clusterId);
  if (token !== undefined) return token;
  throw new AwsKmsError(
    'CloudHsmClusterNotFoundException',
    `There is no cluster ${clusterId}: the operator of this server names tokens by KEYSTEAD_HSM_TOKENS.`,
  );
}

function wrapPassword({ instance, random }: OperationContext, keyStoreId: string, password: string): string {
  const bytes = Buffer.from(password, 'utf8');
  try {
    return wrapStoreSecret(instance, keyStoreId, 'token password', bytes, random);
  } finally {
    wipe(bytes);
  }
}

function derOf(pem: string): Buffer | undefined {
  try {
    return new X509Certificate(pem).raw;
  } catch {
    return undefined;
  }
}
