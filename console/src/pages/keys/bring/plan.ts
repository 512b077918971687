import type { ImportParameters, Key, RetrievedImportToken } from '@keystead/sdk';
import type { Purpose } from '../purposes.ts';
import { importable, isMadeHere } from './importable.ts';

/** How material comes in: under a wrapping key of one key, or under the import token of a region. */
export type Way = 'aws' | 'ibm';
/** Who has the material. */
export type Source = 'made' | 'file' | 'outside';
/** Who wraps what stays outside, and by which hash: some HSMs have RSA-OAEP with SHA-1 alone. */
export type Wrapper = 'openssl' | 'hsm' | 'hsm-sha-1';

/** Who wraps it, of those who can: an import token takes RSA-OAEP with SHA-256 alone. */
export function wrapperOf({ way, wrapper }: Pick<Plan, 'way' | 'wrapper'>): Wrapper {
  return way === 'ibm' && wrapper === 'hsm-sha-1' ? 'hsm' : wrapper;
}

/** The source that was chosen, where material of this kind can come from there. */
export function sourceFor(spec: string, chosen: Source): Source {
  if (importable(spec).notHere !== undefined) return 'outside';
  return chosen === 'made' && !isMadeHere(spec) ? 'file' : chosen;
}

/** What somebody who brings a key has said so far. No material is in it. */
export interface Plan {
  readonly region: string;
  readonly way: Way;
  readonly purpose: Purpose['id'];
  readonly spec: string;
  readonly alias: string;
  readonly description: string;
  readonly source: Source;
  readonly wrapper: Wrapper;
  /** The material expires on this day; empty: never. */
  readonly expires: string;
  /** The key, once there is one: made by this page, or one that was there before. */
  readonly key: Key | undefined;
  /** For a key that was there: whether other material comes beside what it has. */
  readonly kind: 'new' | 'existing' | undefined;
}

export function newPlan(region: string, key: Key | undefined): Plan {
  const hadMaterial = key !== undefined && key.versions.length > 0;
  const isWhole = hadMaterial && key.versions.every(({ hasMaterial }) => hasMaterial);
  return {
    region,
    way: 'aws',
    purpose: 'encrypt',
    spec: key?.spec ?? 'aes-256',
    alias: '',
    description: '',
    source: sourceFor(key?.spec ?? 'aes-256', 'made'),
    wrapper: 'openssl',
    expires: '',
    key,
    kind: hadMaterial ? (isWhole && key.spec === 'aes-256' ? 'new' : 'existing') : undefined,
  };
}

/** What material is wrapped under, and what goes back with it. */
export type Wrapping =
  | { readonly way: 'aws'; readonly parameters: ImportParameters }
  | { readonly way: 'ibm'; readonly token: RetrievedImportToken };

/** What was wrapped, in base64. */
export interface Wrapped {
  readonly material: string;
  /** Of the IBM way. */
  readonly encryptedNonce?: string;
  readonly iv?: string;
}
