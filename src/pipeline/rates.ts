/**
 * What requests are told apart by where their rate is bounded. As in AWS, GenerateRandom counts as symmetric, and what
 * is done with a key of a custom key store counts as that. `sts` is all of AWS STS, each of whose sessions is a record, and the tokens of IBM Cloud IAM.
 * `admin` is the admin API.
 */
export const RATE_CLASSES = [
  'symmetric',
  'rsa',
  'ecc',
  'ml',
  'hmac',
  'keyStore',
  'read',
  'write',
  'sts',
  'admin',
] as const;
export type RateClass = (typeof RATE_CLASSES)[number];

/** How often one tenant may ask. */
export interface Rate {
  readonly perSecond: number;
  /** How many at once, where none was asked for some time. */
  readonly burst: number;
}

/** Classes that are absent are not bounded. */
export type Rates = { readonly [Class in RateClass]?: Rate };
