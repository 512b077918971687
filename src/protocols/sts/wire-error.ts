import { AccessDeniedError, BusyError, ThrottledError } from '../../pipeline/errors.ts';
import { StoreFullError, UnknownOutcomeError } from '../../records/ports.ts';
import { StsError } from './errors.ts';

/** Brings any error to the wire. What is not known says nothing of itself. */
export function wireErrorOf(error: unknown): StsError {
  if (error instanceof StsError) return error;
  if (error instanceof AccessDeniedError) {
    const { principalArn, action, resource } = error;
    return new StsError(
      'AccessDenied',
      `User: ${principalArn} is not authorized to perform: ${action} on resource: ${resource}`,
    );
  }
  if (error instanceof ThrottledError) return new StsError('Throttling', 'Rate exceeded');
  if (error instanceof BusyError || error instanceof UnknownOutcomeError || error instanceof StoreFullError)
    return new StsError('ServiceUnavailable', 'The service cannot take this request now. Send it again.');
  return new StsError('InternalFailure', 'Something failed here. The log of the server has it under the request id.');
}
