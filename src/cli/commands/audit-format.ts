import { CliError } from '../errors.ts';

/** The format that was asked for, among those that there are. @throws {CliError} `usage` */
export function auditFormat<Format extends string>(asked: string, formats: readonly Format[]): Format {
  const format = formats.find((one) => one === asked);
  if (format !== undefined) return format;
  throw new CliError('usage', 'usage', `"${asked}" is no format`, `Name one of ${formats.join(', ')}.`);
}
