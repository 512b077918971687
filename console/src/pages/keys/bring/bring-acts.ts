import type { ImportParameters, Key } from '@keystead/sdk';
import type { Api } from '../../../api/api.ts';
import { purposeOf } from '../purposes.ts';
import { materialLength } from './importable.ts';
import type { Plan, Wrapped, Wrapping } from './plan.ts';

const WRAPPING_KEY_SPEC = 'RSA_4096';
const TOKEN_LIFETIME_S = 3_600;
const aliasesOf = ({ alias }: Plan) => (alias === '' ? {} : { aliases: [`alias/${alias}`] });

/** Makes the key that waits for the material; of the IBM way it comes with the material. */
export async function makeKey(api: Api, plan: Plan): Promise<Key | undefined> {
  if (plan.way === 'ibm' || plan.key !== undefined) return plan.key;
  const { usage } = purposeOf(plan.purpose);
  return api.createKey(plan.region, {
    spec: plan.spec as 'aes-256',
    usage,
    origin: 'imported',
    description: plan.description,
    ...aliasesOf(plan),
  });
}

/**
 * How material is wrapped. A secret fits RSA-OAEP; a pair does where a browser wraps it, and goes by an AES key that goes
 * along where OpenSSL or an HSM does, which wrap private keys in no other way.
 */
function wrappingOf({ spec, source, wrapper }: Plan): ImportParameters['wrappingAlgorithm'] {
  const isInTwoSteps = source === 'outside' && materialLength(spec) === undefined;
  const hash = source === 'outside' && wrapper === 'hsm-sha-1' ? 'SHA_1' : 'SHA_256';
  return isInTwoSteps ? `RSA_AES_KEY_WRAP_${hash}` : `RSAES_OAEP_${hash}`;
}

/** Whether what was fetched serves the plan as it is now: other ways of wrapping may take another wrapping key. */
export function suits(wrapping: Wrapping | undefined, plan: Plan): boolean {
  if (wrapping?.way !== plan.way) return false;
  return wrapping.way === 'ibm' || wrapping.parameters.wrappingAlgorithm === wrappingOf(plan);
}

/** Fetches what material is to be wrapped under. */
export async function fetchWrapping(api: Api, plan: Plan, key: Key | undefined): Promise<Wrapping> {
  if (key === undefined) {
    await api.createImportToken(plan.region, { lifetimeSeconds: TOKEN_LIFETIME_S });
    return { way: 'ibm', token: await api.retrieveImportToken(plan.region) };
  }
  const wanted = { wrappingAlgorithm: wrappingOf(plan), wrappingKeySpec: WRAPPING_KEY_SPEC } as const;
  return { way: 'aws', parameters: await api.getImportParameters(key.region, key.keyId, wanted) };
}

/** Sends what was wrapped. */
export async function sendWrapped(api: Api, plan: Plan, wrapping: Wrapping, wrapped: Wrapped): Promise<Key> {
  if (wrapping.way === 'ibm') {
    const { encryptedNonce = '', iv = '' } = wrapped;
    return api.importKey(plan.region, {
      encryptedKeyMaterial: wrapped.material,
      encryptedNonce,
      iv,
      description: plan.description,
      ...aliasesOf(plan),
    });
  }
  const { parameters } = wrapping;
  return api.importKeyMaterial(plan.region, parameters.keyId, {
    importToken: parameters.importToken,
    encryptedKeyMaterial: wrapped.material,
    ...(plan.expires !== '' && { expiresAt: new Date(`${plan.expires}T00:00`).toISOString() }),
    ...(plan.kind !== undefined && { kind: plan.kind }),
  });
}

/** The check value that the server shows for material that was just sent: that of the version which it became. */
export function serversCheckValue(key: Key, kind: Plan['kind']): string | undefined {
  const versions = key.versions.filter(({ checkValue }) => checkValue !== undefined);
  const chosen =
    (kind === 'new' ? versions.find(({ stage }) => stage === 'pending') : undefined) ??
    versions.find(({ stage }) => stage === 'current') ??
    versions.at(-1);
  return chosen?.checkValue;
}

/** Refusals that mean: this material is not the right one. The rest are about the way it came. */
const ABOUT_MATERIAL: readonly string[] = [
  'import-wrong-length',
  'import-material-unfit',
  'import-used-otherwise',
  'import-incorrect-material',
  'import-another-pending',
];

export function isAboutMaterial(code: string): boolean {
  return ABOUT_MATERIAL.includes(code);
}
