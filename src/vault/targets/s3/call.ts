import { VaultError } from '../../errors.ts';
import type { Opened, S3Connection } from './connection.ts';
import { targetFailure } from './errors.ts';

/** Calls one operation and says of every failure what it means for the vault. */
export async function call<T>(
  connection: S3Connection,
  verb: string,
  subject: string,
  run: (opened: Opened) => Promise<T>,
): Promise<T> {
  try {
    return await run(await connection.open());
  } catch (cause) {
    throw targetFailure({ place: connection.place, verb, subject }, cause);
  }
}

export const isVaultError = (error: unknown, ...codes: readonly VaultError['code'][]): error is VaultError =>
  error instanceof VaultError && codes.includes(error.code);
