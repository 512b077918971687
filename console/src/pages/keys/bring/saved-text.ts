import { specName } from '../key-words.ts';
import { materialLength } from './importable.ts';
import type { Plan } from './plan.ts';

/** What the file is called that {@link savedText} is saved as. */
export function savedName({ spec, alias }: Plan): string {
  return `keystead-material-${alias === '' ? spec : alias.replaceAll('/', '-')}.txt`;
}

/** The copy of material as it is saved: the file says what it is, and this page reads it again. */
export function savedText(
  { spec, alias, region }: Plan,
  bytes: Uint8Array<ArrayBuffer>,
  checkValue: string | undefined,
): string {
  const about = [
    'Key material for Keystead. Whoever has this file has the key.',
    `Kind: ${specName(spec)}`,
    `Key: ${alias === '' ? '(no alias)' : alias} in ${region}`,
    `Made: ${new Date().toISOString()}, in a browser`,
    ...(checkValue === undefined ? [] : [`Check value: ${checkValue}`]),
  ];
  const secret =
    materialLength(spec) === undefined
      ? ['-----BEGIN PRIVATE KEY-----', ...(bytes.toBase64().match(/.{1,64}/g) ?? []), '-----END PRIVATE KEY-----']
      : [`Material (hex): ${bytes.toHex()}`];
  return [...about, ...secret, ''].join('\n');
}
