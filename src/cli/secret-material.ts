import { CliError } from './errors.ts';

/** The line that bears the material in the file that the console saves. */
const SAVED = /^Material \(hex\): ([0-9a-f]+)$/m;
const HEX = /^(?:[0-9a-f]{2})+$/i;

/** Length in bytes of the material of a secret key, which its spec's name says; undefined for pairs. */
export function secretLength(spec: string): number | undefined {
  const bits = /^(?:aes|hmac)-(\d+)$/.exec(spec)?.[1];
  return bits === undefined ? undefined : Number(bits) / 8;
}

/**
 * The material of a secret key out of a file: raw bytes, their hexadecimal digits, or the file that the console saves.
 * What has another length is none: to compare or import it would only mislead. The file's bytes are wiped where they are
 * not the material themselves.
 *
 * @throws {CliError} `unreadable-material`
 */
export function secretMaterial(file: Buffer<ArrayBuffer>, spec: string): Buffer<ArrayBuffer> {
  const length = secretLength(spec);
  if (file.byteLength === length) return file;
  const read = file.byteLength;
  const text = file.toString('latin1');
  file.fill(0);
  const digits = SAVED.exec(text)?.[1] ?? text.trim();
  const found = HEX.test(digits) ? Buffer.from(digits, 'hex') : undefined;
  if (found?.byteLength === length) return found as Buffer<ArrayBuffer>;
  found?.fill(0);
  throw new CliError(
    'failed',
    'unreadable-material',
    `the file has ${read} bytes, and the material of a key of ${spec} is ${length} bytes`,
    'Name the file with the raw bytes, with their hexadecimal digits, or the one that the console had you save.',
  );
}
