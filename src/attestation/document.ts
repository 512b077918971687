import { readCbor } from './cbor.ts';
import { isBytes } from './cose-sign1.ts';
import { malformed } from './errors.ts';

/** Who measured: the hypervisor of an enclave, or the virtual TPM of an instance. Their registers mean different things. */
export type Platform = 'nitro-enclave' | 'nitro-tpm';

/** The payload of an attestation document, read and not yet believed. */
export interface Payload {
  readonly platform: Platform;
  /** Which hypervisor module gave it. */
  readonly moduleId: string;
  /** When it was made. */
  readonly atMs: number;
  /** The locked platform configuration registers by their number: 32, 48 or 64 bytes each. */
  readonly registers: ReadonlyMap<number, Buffer>;
  /** The certificate (DER) whose key signed the document. */
  readonly certificate: Buffer;
  /** Its issuers (DER): the root first. */
  readonly issuers: readonly Buffer[];
  /** SPKI (DER): what answers may be encrypted to. */
  readonly publicKey?: Buffer;
}

/** The names that the two platforms give to their registers. */
const REGISTERS: { readonly [P in Platform]: string } = { 'nitro-enclave': 'pcrs', 'nitro-tpm': 'nitrotpm_pcrs' };

const MAX_MODULE_ID_LENGTH = 256;
const MAX_CERTIFICATE_LENGTH = 1024;
/** The leaf comes on top: the whole chain has 8 at the most. */
const MAX_ISSUERS = 7;
const MAX_REGISTERS = 32;
const REGISTER_LENGTHS = [32, 48, 64];
const MAX_USER_DATA_LENGTH = 1024;

/**
 * Reads the payload of a document (AWS Nitro Enclaves user guide, "The attestation document", and the same page of
 * NitroTPM). Members that neither page names say nothing here and are left alone.
 *
 * @throws {AttestationError} `malformed`
 */
export function readPayload(bytes: Uint8Array): Payload {
  // Nitro writes the outer map without its length.
  const members = readCbor(bytes, { allowIndefinite: true });
  if (!(members instanceof Map)) throw malformed('The payload of an attestation document is a map.');
  const member = (name: string): unknown => (members as ReadonlyMap<unknown, unknown>).get(name);

  const platforms = (Object.keys(REGISTERS) as Platform[]).filter((platform) => members.has(REGISTERS[platform]));
  const [platform] = platforms;
  if (platform === undefined || platforms.length > 1)
    throw malformed('An attestation document has either "pcrs" or "nitrotpm_pcrs".');
  if (member('digest') !== 'SHA384') throw malformed('"digest" must be "SHA384".');
  const publicKey = optionalBytes('public_key', member('public_key'));
  optionalBytes('user_data', member('user_data'));
  optionalBytes('nonce', member('nonce'));
  return {
    platform,
    moduleId: moduleIdOf(member('module_id')),
    atMs: timestampOf(member('timestamp')),
    registers: registersOf(member(REGISTERS[platform])),
    certificate: certificateOf(member('certificate')),
    issuers: issuersOf(member('cabundle')),
    ...(publicKey !== undefined && { publicKey }),
  };
}

function moduleIdOf(value: unknown): string {
  if (typeof value === 'string' && value.length > 0 && value.length <= MAX_MODULE_ID_LENGTH) return value;
  throw malformed(`"module_id" must be a text of 1 to ${MAX_MODULE_ID_LENGTH} characters.`);
}

function timestampOf(value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
  throw malformed('"timestamp" must be a number of milliseconds since 1970.');
}

function registersOf(value: unknown): ReadonlyMap<number, Buffer> {
  if (!(value instanceof Map) || value.size === 0 || value.size > MAX_REGISTERS)
    throw malformed(`A document has 1 to ${MAX_REGISTERS} registers.`);
  return new Map(
    [...(value as ReadonlyMap<unknown, unknown>)].map(([index, register]) => {
      if (!Number.isInteger(index) || (index as number) < 0 || (index as number) >= MAX_REGISTERS)
        throw malformed(`Registers are numbered from 0 to ${MAX_REGISTERS - 1}.`);
      if (!isBytes(register) || !REGISTER_LENGTHS.includes(register.length))
        throw malformed(`A register has ${REGISTER_LENGTHS.join(', ')} bytes.`);
      return [index as number, bufferOf(register)];
    }),
  );
}

function certificateOf(value: unknown): Buffer {
  if (isBytes(value) && value.length > 0 && value.length <= MAX_CERTIFICATE_LENGTH) return bufferOf(value);
  throw malformed(`Each certificate must be a byte string of 1 to ${MAX_CERTIFICATE_LENGTH} bytes.`);
}

function issuersOf(value: unknown): readonly Buffer[] {
  if (Array.isArray(value) && value.length > 0 && value.length <= MAX_ISSUERS) return value.map(certificateOf);
  throw malformed(`"cabundle" must be a list of 1 to ${MAX_ISSUERS} certificates.`);
}

function optionalBytes(name: string, value: unknown): Buffer | undefined {
  if (value === undefined || value === null) return undefined;
  if (isBytes(value) && value.length <= MAX_USER_DATA_LENGTH) return bufferOf(value);
  throw malformed(`"${name}" must be a byte string of at most ${MAX_USER_DATA_LENGTH} bytes.`);
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
