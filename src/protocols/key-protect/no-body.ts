import { badBody } from './errors.ts';

/** Clients send nothing, `null`, or an object without members. @throws {KeyProtectError} `BAD_BODY_ERR` */
export function requireNothing(body: unknown): void {
  if (body === undefined) return;
  const isEmpty = typeof body === 'object' && body !== null && !Array.isArray(body) && Object.keys(body).length === 0;
  if (!isEmpty) throw badBody('json: this action takes no body');
}
