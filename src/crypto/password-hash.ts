import { argon2 } from 'node:crypto';

/** How much a hash of a password costs whoever computes it. */
export interface PasswordCost {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** What new passwords are hashed with: the second recommendation of RFC 9106 section 4, on one lane. */
export const PASSWORD_COST: PasswordCost = { memoryKiB: 65_536, passes: 3, parallelism: 1 };

const HASH_LENGTH = 32;

/** Argon2id (RFC 9106), 32 bytes, off the event loop. The caller wipes them. */
export function hashPassword(
  password: Uint8Array,
  salt: Uint8Array,
  { memoryKiB, passes, parallelism }: PasswordCost,
): Promise<Buffer> {
  const parameters = { message: password, nonce: salt, memory: memoryKiB, passes, parallelism, tagLength: HASH_LENGTH };
  return new Promise((resolve, reject) => {
    argon2('argon2id', parameters, (error, hash) => {
      if (error === null || error === undefined) resolve(hash);
      else reject(error);
    });
  });
}
