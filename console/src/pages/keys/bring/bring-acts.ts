import type { Key } from '@keystead/sdk';
import type { Api } from '../../../api/api.ts';
import { purposeOf } from '../purposes.ts';
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

/** Fetches what material is to be wrapped under. `isOutside`: it is wrapped by OpenSSL or an HSM, which can do more. */
export async function fetchWrapping(api: Api, plan: Plan, key: Key | undefined, isOutside: boolean): Promise<Wrapping> {
  if (key === undefined) {
    await api.createImportToken(plan.region, { lifetimeSeconds: TOKEN_LIFETIME_S });
    return { way: 'ibm', token: await api.retrieveImportToken(plan.region) };
  }
  const { items } = await api.listImportWrappings(key.region, key.keyId);
  const fitting = items.filter(
    ({ wrappingAlgorithm, wrappingKeySpec }) =>
      wrappingKeySpec === WRAPPING_KEY_SPEC && wrappingAlgorithm.endsWith('_SHA_256'),
  );
  const chosen = fitting.find(({ takesAnyLength }) => !takesAnyLength) ?? (isOutside ? fitting[0] : undefined);
  if (chosen === undefined) throw new Error('a browser cannot wrap this kind of key: choose OpenSSL or an HSM');
  const { wrappingAlgorithm, wrappingKeySpec, takesAnyLength } = chosen;
  const parameters = await api.getImportParameters(key.region, key.keyId, { wrappingAlgorithm, wrappingKeySpec });
  return { way: 'aws', parameters, takesAnyLength };
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
    ...(plan.expires !== '' && { expiresAt: new Date(plan.expires).toISOString() }),
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
