import type { Decision } from '../../access/evaluate.ts';
import { AccessDeniedError, BusyError, ThrottledError } from '../../pipeline/errors.ts';
import { StoreFullError, UnknownOutcomeError } from '../../records/ports.ts';
import { StsError } from './errors.ts';

/** AWS gives no reason here. What it has no word for, that the credential is what refuses, nobody would guess. */
function byCredential({ reason, scopes = [] }: Decision): string {
  if (reason === 'denied-by-scope')
    return ` because of an explicit deny in a scope of the credential: ${scopes.join(', ')}`;
  if (reason === 'issued-before-appointment')
    return ' because the credential was issued before its user came to command';
  return reason === 'not-allowed-by-scope' ? ` because no scope of the credential allows it: ${scopes.join(', ')}` : '';
}

/** Brings any error to the wire. What is not known says nothing of itself. */
export function wireErrorOf(error: unknown): StsError {
  if (error instanceof StsError) return error;
  if (error instanceof AccessDeniedError) {
    const { principalArn, action, resource, decision } = error;
    const denied = `User: ${principalArn} is not authorized to perform: ${action} on resource: ${resource}`;
    return new StsError('AccessDenied', denied + byCredential(decision));
  }
  if (error instanceof ThrottledError) return new StsError('Throttling', 'Rate exceeded');
  if (error instanceof BusyError || error instanceof UnknownOutcomeError || error instanceof StoreFullError)
    return new StsError('ServiceUnavailable', 'The service cannot take this request now. Send it again.');
  return new StsError('InternalFailure', 'Something failed here. The log of the server has it under the request id.');
}
