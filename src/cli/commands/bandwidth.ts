import { CliError } from '../errors.ts';

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
};

/** `10MiB` as bytes a second. @throws {CliError} */
export function bytesPerSecond(text: string): number {
  const [, number, unit = 'B'] = /^(\d+(?:\.\d+)?) ?([kKMG]i?B|B)?(?:\/s)?$/.exec(text) ?? [];
  const factor = UNITS[unit];
  if (number !== undefined && factor !== undefined) return Math.round(Number(number) * factor);
  throw new CliError('usage', 'not-a-rate', `"${text}" is no rate`, 'Say it like 10MiB or 500kB: bytes a second.');
}
