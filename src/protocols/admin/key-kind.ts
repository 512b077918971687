import type { RequestContext } from '../../access/request.ts';
import {
  keySpec,
  keySpecByAwsName,
  KEY_SPECS,
  SYMMETRIC,
  type KeySpecRow,
  type KeyUsage,
} from '../../crypto/key-spec.ts';
import { AdminRefusal } from './refusal.ts';
import { requestContext, requestTags } from './request-context.ts';

/** What is made here without its owner's material: the rest comes about on IBM's wire. */
const MADE_HERE = KEY_SPECS.filter(({ isUnknownToAws }) => isUnknownToAws !== true);
const USAGES = [...new Set(MADE_HERE.flatMap(({ usages }) => usages))];

/** Every name of a key spec: our own, and AWS's. */
export const SPEC_NAMES: readonly string[] = MADE_HERE.flatMap(({ name, aws }) => [name, aws]);
/** Every name of a key usage, likewise. */
export const USAGE_NAMES: readonly string[] = USAGES.flatMap((usage) => [usage, awsUsage(usage)]);

/** The same of all keys that there may be, on whatever wire they came about: for what is looked for. */
export const LISTED_SPECS: readonly string[] = KEY_SPECS.flatMap(({ name, aws }) => [name, aws]);
export const LISTED_USAGES: readonly string[] = [...new Set(KEY_SPECS.flatMap(({ usages }) => usages))];

/** What kind of key is wanted. */
export interface KeyKind {
  readonly spec: KeySpecRow;
  readonly usage: KeyUsage;
}

/**
 * The kind of key that a request names by its words. A usage need not be said where the spec has only one.
 *
 * @throws {AdminRefusal} `usage-missing`, `usage-unfit`
 */
export function kindOf(specName: string | undefined, usageName: string | undefined): KeyKind {
  const name = specName ?? SYMMETRIC.name;
  const spec = (keySpec(name) ?? keySpecByAwsName(name)) as KeySpecRow;
  const [only, ...others] = spec.usages;
  const usage = usageName === undefined ? only : USAGES.find((one) => one === usageName || awsUsage(one) === usageName);
  if (usageName === undefined && others.length > 0) {
    throw new AdminRefusal('usage-missing', `a key of the spec ${spec.name} can be for ${orOf(spec.usages)}`);
  }
  if (usage === undefined || !spec.usages.includes(usage)) {
    throw new AdminRefusal('usage-unfit', `a key of the spec ${spec.name} is for ${orOf(spec.usages)}`);
  }
  return { spec, usage };
}

/** What conditions of policies may ask about the making of a key: AWS's names and words. */
export function creationContext(
  { spec, usage }: { readonly spec: KeySpecRow | undefined; readonly usage: KeyUsage },
  origin: string,
  isMultiRegion: boolean,
  tags: Parameters<typeof requestTags>[0],
  region: string,
  keyRing: string,
): RequestContext {
  return requestContext({
    'aws:requestedregion': [region],
    'kms:keyring': [keyRing],
    // Of material under an import token the spec is known once it is open.
    ...(spec && { 'kms:keyspec': [spec.aws], 'kms:customermasterkeyspec': [spec.aws] }),
    'kms:keyusage': [awsUsage(usage)],
    'kms:customermasterkeyusage': [awsUsage(usage)],
    'kms:keyorigin': [origin === 'imported' ? 'EXTERNAL' : 'AWS_KMS'],
    'kms:multiregion': [String(isMultiRegion)],
    ...(isMultiRegion && { 'kms:multiregionkeytype': ['PRIMARY'] }),
    'kms:bypasspolicylockoutsafetycheck': ['false'],
    ...requestTags(tags),
  });
}

/** The word of the AWS wire: ours in capitals. */
function awsUsage(usage: KeyUsage): string {
  return usage.toUpperCase().replaceAll('-', '_');
}

function orOf(usages: readonly KeyUsage[]): string {
  return usages.join(' or ');
}
