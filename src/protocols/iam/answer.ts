import type { HttpAnswer } from '../../http/route.ts';
import { IAM_ERRORS, type IamError } from './errors.ts';

const COMMON = ['Content-Type', 'application/json', 'Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff'];

export function json(body: object): HttpAnswer {
  return { status: 200, headers: COMMON, body: Buffer.from(JSON.stringify(body), 'utf8') };
}

/** An error as IBM Cloud IAM tells it: clients show `errorCode` and `errorMessage`. */
export function encodeError(error: IamError, requestId: string, requestType: string): HttpAnswer {
  const { code, details, status } = error;
  const body = {
    context: { requestId, requestType },
    errorCode: code,
    errorMessage: IAM_ERRORS[code].message,
    ...(details !== undefined && { errorDetails: details }),
  };
  return { status, headers: COMMON, body: Buffer.from(JSON.stringify(body), 'utf8') };
}
