import { bytesOfBase64, bytesOfHex } from './byte-text.ts';
import { CliError } from './errors.ts';

/** What stands before the material in the file that the console saves. */
const SAVED = Buffer.from('\nMaterial (hex): ');
const LINE_END = Buffer.from('\n');
/** What material a key of no spec yet may have: that of AES. */
const AES_LENGTHS = [16, 24, 32] as const;
const FORMS = ['raw', 'hex', 'base64'] as const;
type Form = (typeof FORMS)[number];

const IN_WORDS: Readonly<Record<Form, string>> = { raw: 'raw bytes', hex: 'hexadecimal digits', base64: 'base64' };

/** Length in bytes of the material of a secret key, which its spec's name says; undefined for pairs. */
export function secretLength(spec: string): number | undefined {
  const bits = /^(?:aes|hmac)-(\d+)$/.exec(spec)?.[1];
  return bits === undefined ? undefined : Number(bits) / 8;
}

/**
 * The material of a secret key out of a file: raw bytes, their hexadecimal digits, base64, or the file that the console
 * saves. What has another length is none: to compare or import it would only mislead. The file's bytes are wiped where
 * they are not the material themselves.
 *
 * @throws {CliError} `unreadable-material`
 */
export function secretMaterial(file: Buffer<ArrayBuffer>, spec: string): Buffer<ArrayBuffer> {
  const length = secretLength(spec);
  const found = length === undefined ? [] : readings(file, [length]);
  return theOne(file, found, `the material of a key of ${spec} is ${length ?? 'none of'} bytes`);
}

/**
 * The same for an AES key of any length, which is the material's own. A file that can be read in more than one way is
 * refused, as one of them is another key.
 *
 * @param form `raw`, `hex` or `base64`: how it is to be read; absent: as the only way there is
 * @throws {CliError} `unreadable-material`, `ambiguous-material`, `usage`
 */
export function aesMaterial(file: Buffer<ArrayBuffer>, form?: string): Buffer<ArrayBuffer> {
  if (form !== undefined && !FORMS.some((one) => one === form))
    throw new CliError('usage', 'usage', `"${form}" is no form`, `Name one of ${FORMS.join(', ')}.`);
  if (file.subarray(0, 10).toString('latin1') === '-----BEGIN')
    throw new CliError(
      'failed',
      'unreadable-material',
      'the file is PEM, which holds a pair, and this makes an AES key',
      'Make a key for the pair by "keystead key create --imported --spec SPEC", and bring it by "keystead key import".',
    );
  const found = readings(file, AES_LENGTHS).filter((one) => form === undefined || one.form === form);
  return theOne(
    file,
    found,
    `the material of an AES key is ${AES_LENGTHS.join(', ').replace(/, (\d+)$/, ' or $1')} bytes`,
  );
}

interface Reading {
  readonly form: Form;
  readonly bytes: Buffer<ArrayBuffer>;
}

/** Every way to read the file in which it has one of these lengths. Raw ones are the file itself. */
function readings(file: Buffer<ArrayBuffer>, lengths: readonly number[]): readonly Reading[] {
  const found: Reading[] = [{ form: 'raw', bytes: file }];
  const fromHex = bytesOfHex(savedIn(file) ?? file);
  const fromBase64 = fromHex === undefined ? bytesOfBase64(file) : undefined;
  if (fromHex !== undefined) found.push({ form: 'hex', bytes: fromHex });
  if (fromBase64 !== undefined) found.push({ form: 'base64', bytes: fromBase64 });
  const fitting = found.filter(({ bytes }) => lengths.includes(bytes.byteLength));
  for (const one of found) if (one.form !== 'raw' && !fitting.includes(one)) one.bytes.fill(0);
  return fitting;
}

/** The digits in the file that the console saves; `undefined`: it is another file. */
function savedIn(file: Buffer): Buffer | undefined {
  const at = file.indexOf(SAVED);
  if (at < 0) return undefined;
  const rest = file.subarray(at + SAVED.length);
  const end = rest.indexOf(LINE_END);
  return end < 0 ? rest : rest.subarray(0, end);
}

function theOne(file: Buffer<ArrayBuffer>, found: readonly Reading[], wanted: string): Buffer<ArrayBuffer> {
  const [one, ...others] = found;
  const read = file.byteLength;
  if (one?.bytes !== file || others.length > 0) file.fill(0);
  if (one !== undefined && others.length === 0) return one.bytes;
  for (const { bytes } of found) bytes.fill(0);
  if (one === undefined)
    throw new CliError(
      'failed',
      'unreadable-material',
      `the file has ${read} bytes, and ${wanted}`,
      'Name the file with the raw bytes, with their hexadecimal digits or base64, or the one that the console had you save.',
    );
  throw new CliError(
    'failed',
    'ambiguous-material',
    `the file can be read as ${found.map(({ form, bytes }) => `${bytes.byteLength} bytes (${IN_WORDS[form]})`).join(' and as ')}: different keys`,
    `Say which by --form ${found.map(({ form }) => form).join(' or --form ')}.`,
  );
}
