import { wipe } from '../../bytes/bytes.ts';

/** The members of answers that are secrets: what is handed out and not kept. */
const SECRET_MEMBERS = ['Plaintext', 'PrivateKeyPlaintext', 'SharedSecret'] as const;

/** Wipes the secrets of an answer, once it is encoded or will never be. */
export function wipeSecrets(output: unknown): void {
  if (typeof output !== 'object' || output === null) return;
  const members = output as Readonly<Record<string, unknown>>;
  for (const name of SECRET_MEMBERS) if (Buffer.isBuffer(members[name])) wipe(members[name]);
}
