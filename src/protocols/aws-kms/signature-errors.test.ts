import { expect, it } from 'vitest';
import { signatureError } from './signature-errors.ts';

it.each([
  [{ code: 'missing' }, 'MissingAuthenticationTokenException: Missing Authentication Token'],
  [
    { code: 'incomplete', parts: ['Signature', 'X-Amz-Date'] },
    `IncompleteSignatureException: Authorization header requires 'Signature' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.`,
  ],
  [{ code: 'unknown-key' }, 'UnrecognizedClientException: The security token included in the request is invalid.'],
  [{ code: 'token-invalid' }, 'UnrecognizedClientException: The security token included in the request is invalid.'],
  [
    { code: 'expired', signedAt: '20150830T123600Z', now: '20150830T130000Z', boundMs: 900_000 },
    'InvalidSignatureException: Signature expired: 20150830T123600Z is now earlier than 20150830T124500Z (20150830T130000Z - 15 min.)',
  ],
  [
    { code: 'not-yet-valid', signedAt: '20150830T133600Z', now: '20150830T130000Z', boundMs: 900_000 },
    'InvalidSignatureException: Signature not yet current: 20150830T133600Z is still later than 20150830T131500Z (20150830T130000Z + 15 min.)',
  ],
  [
    { code: 'wrong-scope', field: 'service', wanted: 'kms' },
    `InvalidSignatureException: Credential should be scoped to correct service: 'kms'.`,
  ],
] as const)('%j', (refusal, text) => {
  const error = signatureError(refusal);
  expect(error.message).toBe(text);
  expect(error.status).toBe(400);
});
