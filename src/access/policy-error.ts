/** Why a policy text was refused: it is not a policy of the language. The text quotes little of it, and no secret. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}

export function malformed(message: string): PolicyError {
  return new PolicyError(message);
}

/** A name out of a hostile document, fit for a message. */
export function printable(name: string): string {
  return name.slice(0, 40).replaceAll(/[^\x20-\x7e]/g, '?');
}
