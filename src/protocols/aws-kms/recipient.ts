import { AttestationError } from '../../attestation/errors.ts';
import { enveloped } from '../../attestation/enveloped-data.ts';
import { verifyAttestation, type Attestation } from '../../attestation/verify.ts';
import type { Json } from '../../bytes/canonical-json.ts';
import { wipe } from '../../bytes/bytes.ts';
import type { Act } from '../../pipeline/act.ts';
import { andThen } from '../../records/ports.ts';
import type { OperationName, Operations, RecipientInfo } from './model.gen.ts';
import type { OperationContext } from './operation.ts';
import { requiredMember, validationError } from './operations/refusals.ts';
import type { AnyInput } from './prepare.ts';

/** The operations whose requests can name a recipient. */
type AttestedOperation = {
  [N in OperationName]: 'Recipient' extends keyof Operations[N]['input'] ? N : never;
}[OperationName];

/** What becomes of an answer for a recipient. */
interface AnswerForm<N extends AttestedOperation> {
  /** The member that leaves encrypted, as CiphertextForRecipient. */
  readonly secret: keyof Operations[N]['output'] & string;
  /** A member that such an answer does not have. */
  readonly without?: keyof Operations[N]['output'] & string;
}

/** For the compatibility page, at each of these operations. */
export const RECIPIENT_NOTE =
  'Recipient: documents are refused with ValidationException (texts inferred), and one without a public key always';

/** https://docs.aws.amazon.com/kms/latest/developerguide/cryptographic-attestation.html */
const FORMS: { readonly [N in AttestedOperation]: AnswerForm<N> } = {
  Decrypt: { secret: 'Plaintext', without: 'KeyMaterialId' },
  DeriveSharedSecret: { secret: 'SharedSecret' },
  GenerateDataKey: { secret: 'Plaintext', without: 'KeyMaterialId' },
  GenerateDataKeyPair: { secret: 'PrivateKeyPlaintext', without: 'KeyMaterialId' },
  GenerateRandom: { secret: 'Plaintext' },
};

/**
 * The recipient that a request names, verified; undefined where it names none. What a recipient may get is for
 * policies to say: `kms:RecipientAttestation:*`.
 *
 * @throws {AwsKmsError} ValidationException: the attestation document is not to be believed
 */
export function recipientOf(
  { attestationRoots }: OperationContext,
  { Recipient }: AnyInput,
  nowMs: number,
): Promise<Attestation> | undefined {
  if (Recipient === undefined) return undefined;
  // RSAES_OAEP_SHA_256 is the only algorithm that the model knows.
  const { AttestationDocument } = Recipient as RecipientInfo;
  if (AttestationDocument === undefined) throw requiredMember('Recipient.attestationDocument');
  return verified(AttestationDocument, attestationRoots, nowMs);
}

async function verified(...args: Parameters<typeof verifyAttestation>): Promise<Attestation> {
  try {
    return await verifyAttestation(...args);
  } catch (error) {
    throw error instanceof AttestationError ? validationError(error.message) : error;
  }
}

/** An act whose secret is for the recipient alone, and whose entry says who that was. */
export function answeredTo(recipient: Attestation, name: OperationName, act: Act<unknown>): Act<unknown> {
  const { secret, without } = FORMS[name as AttestedOperation] as AnswerForm<'Decrypt'>;
  return {
    ...act,
    details: { ...(act.details as { readonly [member: string]: Json } | undefined), recipient: detailsOf(recipient) },
    run: (nowMs) =>
      andThen(act.run(nowMs), (done) => {
        const { [secret]: plaintext, ...rest } = done.value as Readonly<Record<string, unknown>>;
        try {
          const CiphertextForRecipient = enveloped(plaintext as Buffer, recipient.publicKey);
          const members = Object.entries(rest).filter(([member]) => member !== without);
          return { ...done, value: { ...Object.fromEntries(members), CiphertextForRecipient } };
        } finally {
          wipe(plaintext as Buffer);
        }
      }),
  };
}

/** The measurements that policies can ask for. Registers that nothing was measured into are left out. */
function detailsOf({ platform, moduleId, registers }: Attestation): Json {
  const measured = [...registers].filter(([, value]) => !/^0+$/.test(value));
  return { module: moduleId, platform, registers: Object.fromEntries(measured) };
}
