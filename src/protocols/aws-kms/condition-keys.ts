import { foldedContext } from '../../access/folded-context.ts';
import { DEFAULT_RING } from '../../keys/key.ts';
import { DELETION_WINDOW_DAYS } from '../../keys/lifecycle.ts';
import { ROTATION_PERIOD_DAYS } from '../../keys/rotation-policy.ts';
import { valuesOfName, type FactValue } from '../../pipeline/condition-keys.ts';
import type { Act, Target } from '../../pipeline/act.ts';
import { recipientValues } from './recipient-conditions.ts';
import type { GrantConstraints, OperationName, Tag } from './model.gen.ts';
import type { Input, OperationContext } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import type { AnyInput } from './prepare.ts';

/** One request of this API, as far as conditions may ask for it. */
export interface AskedOperation {
  readonly name: OperationName;
  readonly input: AnyInput;
  readonly context: OperationContext;
  readonly act: Act<unknown>;
  /** The permission that is asked about. */
  readonly target: Target;
}

/** A key of conditions that a request of this API has. */
export interface OperationKey {
  /** As people write it. A name that ends in `/` or `:` stands for a family of keys. */
  readonly name: string;
  readonly says: string;
  /** Of which operations; absent: of all that have the member. */
  readonly of?: ReadonlySet<OperationName>;
  read(asked: AskedOperation, member: string): FactValue;
}

/** The members that keys are read from, of whatever operation has them. */
type Members = Partial<
  Input<'CreateKey'> &
    Pick<Input<'GenerateDataKeyPair'>, 'KeyPairSpec'> &
    Pick<Input<'ImportKeyMaterial'>, 'ExpirationModel' | 'ValidTo'> &
    Pick<Input<'CreateGrant'>, 'GranteePrincipal' | 'Operations' | 'RetiringPrincipal'> &
    Pick<Input<'DeriveSharedSecret'>, 'KeyAgreementAlgorithm'> &
    Pick<Input<'GenerateMac'>, 'MacAlgorithm'> &
    Pick<Input<'Sign'>, 'MessageType' | 'SigningAlgorithm'> &
    Pick<Input<'UpdatePrimaryRegion'>, 'PrimaryRegion'> &
    Pick<Input<'ReplicateKey'>, 'ReplicaRegion'> &
    Pick<Input<'EnableKeyRotation'>, 'RotationPeriodInDays'> &
    Pick<Input<'ScheduleKeyDeletion'>, 'PendingWindowInDays'> &
    Pick<Input<'GetParametersForImport'>, 'WrappingAlgorithm' | 'WrappingKeySpec'>
>;

const yesNo = (is: boolean) => (is ? 'true' : 'false');
const only = (...names: OperationName[]): ReadonlySet<OperationName> => new Set(names);
const member =
  (read: (input: Members) => FactValue): OperationKey['read'] =>
  ({ input }) =>
    read(input as Members);

const GRANTS = only('CreateGrant', 'ListGrants', 'RevokeGrant');
const IN_TRANSIT = only(
  'Encrypt',
  'Decrypt',
  'ReEncrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
);
const ACCOUNT = /^\d{12}$/;

/** What each permission of ReEncrypt is about, where others have one of a kind. */
const SIDES: Readonly<Record<string, 'Source' | 'Destination'>> = {
  'kms:ReEncryptFrom': 'Source',
  'kms:ReEncryptTo': 'Destination',
};

/** A member that ReEncrypt has twice, once for each side. */
function ofSide({ input, target }: AskedOperation, name: string): unknown {
  return input[`${SIDES[target.action] ?? ''}${name}`];
}

/** The encryption context that a permission is about; for ReEncrypt that of its side. */
export function encryptionContextOf(asked: AskedOperation): ReadonlyMap<string, string> | undefined {
  return ofSide(asked, 'EncryptionContext') as ReadonlyMap<string, string> | undefined;
}

/** Also what a new grant asks of it: who may make grants can be held to such. */
function pairsOf(asked: AskedOperation): Iterable<readonly [string, string]> {
  if (asked.name !== 'CreateGrant') return encryptionContextOf(asked) ?? [];
  const { EncryptionContextEquals, EncryptionContextSubset } = constraintsOf(asked.input);
  return [...(EncryptionContextEquals ?? []), ...(EncryptionContextSubset ?? [])];
}

function namesOf(pairs: Iterable<readonly [string, string]>): readonly string[] {
  const names: string[] = [];
  for (const [name] of pairs) names.push(name);
  return names;
}

function contextValues(asked: AskedOperation, name: string): readonly string[] {
  if (asked.name === 'CreateGrant') return valuesOfName(pairsOf(asked), name);
  const context = encryptionContextOf(asked);
  return (context && foldedContext(context).get(name)) ?? [];
}

function constraintsOf({ Constraints }: AnyInput): GrantConstraints {
  return (Constraints ?? {}) as GrantConstraints;
}

/** Accounts by their ARN, as grants have them. */
function partyArn(name: string | undefined): string | undefined {
  return name !== undefined && ACCOUNT.test(name) ? `arn:aws:iam::${name}:root` : name;
}

/** The alias by which the request names the key, where it does. */
function requestAlias(asked: AskedOperation): string | undefined {
  const row = OPERATIONS[asked.name];
  if (row === 'not-implemented' || !row.keys.some(({ forms }) => forms.has('alias'))) return undefined;
  const name = SIDES[asked.target.action];
  const text = asked.input[name === undefined ? 'KeyId' : `${name}KeyId`];
  return typeof text === 'string' ? /^(?:arn:[^:]*:kms:[^:]*:\d*:)?(alias\/.+)$/.exec(text)?.[1] : undefined;
}

function tagsOf({ Tags = [] }: AnyInput): readonly (readonly [string, string])[] {
  return (Tags as readonly Tag[]).map(({ TagKey, TagValue }) => [TagKey, TagValue]);
}

/** API_ReplicateKey, "Required permissions": kms:CreateKey is asked for in the Region of the replica. */
function madeIn({ name, input, target }: AskedOperation): string | undefined {
  return name === 'ReplicateKey' && target.key === undefined ? (input as Members).ReplicaRegion : undefined;
}

/** Every condition key that requests of this API feed, besides those that all requests have. */
export const OPERATION_KEYS: readonly OperationKey[] = [
  {
    name: 'aws:RequestedRegion',
    says: 'the Region that the request was signed for; for what ReplicateKey makes, that of the replica',
    read: (asked) => madeIn(asked) ?? asked.context.instance.region,
  },
  {
    name: 'aws:RequestTag/',
    says: 'a tag that the request gives',
    read: ({ input }, name) => valuesOfName(tagsOf(input), name),
  },
  {
    name: 'aws:TagKeys',
    says: 'the names of all tags that the request gives or takes away',
    read: ({ input }) => (input['TagKeys'] as readonly string[] | undefined) ?? tagsOf(input).map(([key]) => key),
  },
  {
    name: 'kms:BypassPolicyLockoutSafetyCheck',
    says: 'whether the lockout check is passed over',
    of: only('CreateKey', 'PutKeyPolicy', 'ReplicateKey'),
    read: member((input) => yesNo(input.BypassPolicyLockoutSafetyCheck === true)),
  },
  // Of a key that is only to be made.
  {
    name: 'kms:KeyRing',
    says: 'the key ring of the new key: `default`',
    of: only('CreateKey', 'ReplicateKey'),
    read: () => DEFAULT_RING,
  },
  {
    name: 'kms:KeySpec',
    says: 'spec of the new key',
    of: only('CreateKey'),
    read: member((input) => input.KeySpec ?? input.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT'),
  },
  {
    name: 'kms:CustomerMasterKeySpec',
    says: 'the same under its old name',
    of: only('CreateKey'),
    read: member((input) => input.KeySpec ?? input.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT'),
  },
  {
    name: 'kms:KeyUsage',
    says: 'usage of the new key',
    of: only('CreateKey'),
    read: member((input) => input.KeyUsage ?? 'ENCRYPT_DECRYPT'),
  },
  {
    name: 'kms:CustomerMasterKeyUsage',
    says: 'the same under its old name',
    of: only('CreateKey'),
    read: member((input) => input.KeyUsage ?? 'ENCRYPT_DECRYPT'),
  },
  {
    name: 'kms:KeyOrigin',
    says: 'origin of the new key',
    of: only('CreateKey'),
    read: member((input) => input.Origin ?? 'AWS_KMS'),
  },
  {
    name: 'kms:MultiRegion',
    says: 'whether the new key is a multi-Region key',
    of: only('CreateKey', 'ReplicateKey'),
    read: ({ name, input }) => yesNo(name === 'ReplicateKey' || input['MultiRegion'] === true),
  },
  {
    name: 'kms:MultiRegionKeyType',
    says: '`PRIMARY` or `REPLICA`, of new multi-Region keys',
    of: only('CreateKey', 'ReplicateKey'),
    read: ({ name, input }) =>
      name === 'ReplicateKey' ? 'REPLICA' : input['MultiRegion'] === true ? 'PRIMARY' : undefined,
  },
  { name: 'kms:DataKeyPairSpec', says: 'spec of the data key pair', read: member((input) => input.KeyPairSpec) },
  {
    name: 'kms:EncryptionAlgorithm',
    says: 'algorithm of the encryption; of data keys, the one that encrypts them',
    of: IN_TRANSIT,
    read: (asked) => (ofSide(asked, 'EncryptionAlgorithm') as string | undefined) ?? 'SYMMETRIC_DEFAULT',
  },
  {
    name: 'kms:EncryptionContext:',
    says: 'a value of the encryption context; of a new grant, of its constraints',
    read: contextValues,
  },
  {
    name: 'kms:EncryptionContextKeys',
    says: 'all names of the encryption context',
    read: (asked) => namesOf(pairsOf(asked)),
  },
  {
    name: 'kms:ExpirationModel',
    says: 'whether the imported material expires',
    of: only('ImportKeyMaterial'),
    read: member((input) => input.ExpirationModel ?? 'KEY_MATERIAL_EXPIRES'),
  },
  {
    name: 'kms:ValidTo',
    says: 'when the imported material expires',
    read: member(({ ValidTo }) => (ValidTo === undefined ? undefined : new Date(ValidTo * 1000).toISOString())),
  },
  {
    name: 'kms:GrantConstraintType',
    says: '`EncryptionContextEquals`, `EncryptionContextSubset`: what a new grant is bound by',
    read: ({ input }) => Object.keys(constraintsOf(input)).filter((type) => type.startsWith('EncryptionContext')),
  },
  {
    name: 'kms:GrantIsForAWSResource',
    says: 'whether a service makes the grant for a resource of its own',
    of: GRANTS,
    read: ({ context }) => yesNo(context.principal.service !== undefined),
  },
  {
    name: 'kms:GrantOperations',
    says: 'what a new grant allows',
    of: only('CreateGrant'),
    read: member((input) => input.Operations),
  },
  {
    name: 'kms:GranteePrincipal',
    says: 'to whom a new grant is given',
    of: only('CreateGrant'),
    read: member((input) => partyArn(input.GranteePrincipal)),
  },
  {
    name: 'kms:RetiringPrincipal',
    says: 'who may retire a new grant',
    of: only('CreateGrant'),
    read: member((input) => partyArn(input.RetiringPrincipal)),
  },
  {
    name: 'kms:KeyAgreementAlgorithm',
    says: 'algorithm of DeriveSharedSecret',
    read: member((input) => input.KeyAgreementAlgorithm),
  },
  { name: 'kms:MacAlgorithm', says: 'algorithm of the MAC', read: member((input) => input.MacAlgorithm) },
  {
    name: 'kms:MessageType',
    says: '`RAW`, `DIGEST` or `EXTERNAL_MU`',
    of: only('Sign', 'Verify'),
    read: member((input) => input.MessageType ?? 'RAW'),
  },
  { name: 'kms:SigningAlgorithm', says: 'algorithm of the signature', read: member((input) => input.SigningAlgorithm) },
  {
    name: 'kms:PrimaryRegion',
    says: 'the Region that is to become the primary',
    read: member((input) => input.PrimaryRegion),
  },
  {
    name: 'kms:ReplicaRegion',
    says: 'the Region that is to have a replica',
    read: member((input) => input.ReplicaRegion),
  },
  {
    name: 'kms:ReEncryptOnSameKey',
    says: 'whether both keys of ReEncrypt are the same',
    of: only('ReEncrypt'),
    read: ({ act: { targets } }) => yesNo(targets.every(({ resource }) => resource === targets[0]?.resource)),
  },
  { name: 'kms:RequestAlias', says: 'the alias by which the request names the key', read: requestAlias },
  {
    name: 'kms:RotationPeriodInDays',
    says: 'how often the key is to rotate',
    of: only('EnableKeyRotation'),
    read: member((input) => String(input.RotationPeriodInDays ?? ROTATION_PERIOD_DAYS.default)),
  },
  {
    name: 'kms:ScheduleKeyDeletionPendingWindowInDays',
    says: 'how long deletion waits',
    of: only('ScheduleKeyDeletion'),
    read: member((input) => String(input.PendingWindowInDays ?? DELETION_WINDOW_DAYS.default)),
  },
  {
    name: 'kms:WrappingAlgorithm',
    says: 'algorithm of GetParametersForImport',
    of: only('GetParametersForImport'),
    read: member((input) => input.WrappingAlgorithm),
  },
  { name: 'kms:WrappingKeySpec', says: 'spec of its wrapping key', read: member((input) => input.WrappingKeySpec) },
  {
    name: 'kms:RecipientAttestation:',
    says: '`ImageSha384`, `PCR<n>`, `NitroTPMPCR<n>`: what was measured of the attested recipient',
    read: ({ context }, name) => recipientValues(context.recipient, `kms:recipientattestation:${name}`),
  },
];
