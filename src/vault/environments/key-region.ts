/**
 * The region in the name of a key, as its provider writes it: the fourth part of an ARN, the sixth of a CRN. Empty where
 * there is none.
 */
export function regionOfKey(keyId: string): string {
  const parts = keyId.split(':');
  return (parts[0] === 'crn' ? parts[5] : parts[0] === 'arn' ? parts[3] : undefined) ?? '';
}
