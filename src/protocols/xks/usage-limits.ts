import { matchesPattern } from '../../access/pattern.ts';
import type { ExposedKey, XksOperation } from '../../keys/xks-endpoint.ts';
import { XksError } from './errors.ts';
import type { RequestMetadata } from './request-metadata.ts';

const REGION_OF_ARN = /^arn:[^:]*:kms:([^:]*):/;

/**
 * Holds a request against the limits that an exposed key has. The specification calls this authorisation by request
 * metadata; policies are asked besides.
 *
 * @param operation absent where only facts about the key are asked for
 * @throws {XksError} InvalidKeyUsageException, AccessDeniedException
 */
export function requireWithinLimits(
  exposed: ExposedKey,
  operation: XksOperation | undefined,
  metadata: RequestMetadata,
  awsRegion: string,
): void {
  if (operation !== undefined && !exposed.operations.includes(operation)) {
    throw new XksError('InvalidKeyUsageException', `The external key is not exposed for ${operation}.`);
  }
  const { awsPrincipals, awsRegions, kmsKeyArns } = exposed;
  const { awsPrincipalArn = '', kmsKeyArn } = metadata;
  if (awsPrincipals !== undefined && !isOneOf(awsPrincipals, awsPrincipalArn)) throw denied('this AWS principal');
  const arnRegion = kmsKeyArn === undefined ? awsRegion : REGION_OF_ARN.exec(kmsKeyArn)?.[1];
  const isRegionFit = (region: string | undefined) => region !== undefined && awsRegions?.includes(region) !== false;
  if (!isRegionFit(awsRegion) || (awsRegions !== undefined && !isRegionFit(arnRegion))) throw denied('this AWS Region');
  // CreateKey asks for facts before there is a key at AWS; nothing is encrypted without its ARN.
  const isKeyKnown = kmsKeyArn !== undefined || operation !== undefined;
  if (kmsKeyArns !== undefined && isKeyKnown && !isOneOf(kmsKeyArns, kmsKeyArn ?? '')) throw denied('this KMS key');
}

function isOneOf(patterns: readonly string[], text: string): boolean {
  return patterns.some((pattern) => matchesPattern(pattern, text));
}

function denied(whom: string): XksError {
  return new XksError('AccessDeniedException', `The external key is not exposed to ${whom}.`);
}
