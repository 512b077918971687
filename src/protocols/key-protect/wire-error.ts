import { IllFormedContextError } from '../../crypto/aad.ts';
import { KeyError } from '../../keys/errors.ts';
import { AccessDeniedError, BusyError, ThrottledError } from '../../pipeline/errors.ts';
import { OutOfReachError } from '../../pipeline/reach.ts';
import { StoreFullError, UnknownOutcomeError } from '../../records/ports.ts';
import { badField, KeyProtectError, UnauthorizedError } from './errors.ts';
import { keyRefusal } from './key-errors.ts';

/** IBM has one answer for all of them. */
const NOT_TOLD_WHY = [AccessDeniedError, UnauthorizedError, OutOfReachError];

/** Says any error in IBM's words; `unauthorized` has none. What is not ours to explain is an internal failure. */
export function wireErrorOf(error: unknown): KeyProtectError | 'unauthorized' {
  if (error instanceof KeyProtectError) return error;
  if (NOT_TOLD_WHY.some((kind) => error instanceof kind)) return 'unauthorized';
  if (error instanceof KeyError) return keyRefusal(error);
  if (error instanceof IllFormedContextError) return badField('aad', 'texts of whole characters');
  if (error instanceof ThrottledError) return new KeyProtectError('TOO_MANY_REQUESTS_ERR', 'Rate exceeded');
  if (error instanceof StoreFullError) {
    return new KeyProtectError(
      'INTERNAL_ERR',
      'There is no room to record this request, so it was not done: Make room on the disk of the server',
    );
  }
  if (error instanceof UnknownOutcomeError) {
    return new KeyProtectError(
      'INTERNAL_ERR',
      'The store stopped while this was written: it may or may not have been done. Look before you do it again',
    );
  }
  if (error instanceof BusyError) {
    return new KeyProtectError('SERVICE_UNAVAILABLE_ERR', 'Other requests keep changing the same records: Try again');
  }
  return new KeyProtectError(
    'INTERNAL_ERR',
    'Something failed here: the log of the server has it under the request id',
  );
}
