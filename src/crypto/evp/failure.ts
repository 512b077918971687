import { openssl } from './openssl.ts';

/** OpenSSL refused a call that should have worked. Its reason names no secret. */
export class EvpError extends Error {
  override readonly name = 'EvpError';
}

/** Refuses a result that is not a success. Leaves OpenSSL's queue of errors empty, which Node's own calls read. */
export function mustSucceed(result: number, call: string): void {
  if (result !== 1) throw failure(call);
}

/** Refuses a null pointer. */
export function mustExist<Value>(value: Value | null, call: string): Value {
  if (value === null) throw failure(call);
  return value;
}

function failure(call: string): EvpError {
  const functions = openssl();
  const reason = functions.ERR_reason_error_string(functions.ERR_get_error()) ?? 'no reason given';
  functions.ERR_clear_error();
  return new EvpError(`OpenSSL: ${call} failed: ${reason}`);
}
