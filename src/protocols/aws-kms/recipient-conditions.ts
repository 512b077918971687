import type { Attestation } from '../../attestation/verify.ts';

const PREFIX = 'kms:recipientattestation:';
const IMAGE = `${PREFIX}imagesha384`;
const REGISTER = /^kms:recipientattestation:(nitrotpm)?pcr(0|[1-9]\d?)$/;

/**
 * The value of `kms:RecipientAttestation:ImageSha384` (register 0 of an enclave), `:PCR<n>` (of an enclave) or
 * `:NitroTPMPCR<n>`, in lower-case hexadecimal digits; undefined where the request has no such recipient.
 *
 * @param key in lower case
 */
export function recipientValues(recipient: Attestation | undefined, key: string): readonly string[] | undefined {
  const [, tpm, index] = key === IMAGE ? [key, undefined, '0'] : (REGISTER.exec(key) ?? []);
  if (index === undefined || recipient?.platform !== (tpm === undefined ? 'nitro-enclave' : 'nitro-tpm'))
    return undefined;
  const value = recipient.registers.get(Number(index));
  return value === undefined ? undefined : [value];
}
