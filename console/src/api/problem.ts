import { KeysteadError } from '@keystead/sdk';

/** A failure as people are told of it: what was refused and why, what to do, and how to find it in the log. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly action?: string | undefined;
  readonly requestId?: string | undefined;
}

export function problemOf(error: unknown): Problem {
  if (error instanceof KeysteadError) return error;
  return {
    code: 'console-failed',
    message: `this page failed: ${error instanceof Error ? error.message : String(error)}`,
    action: 'Load the page again. Nothing was changed on the server by this failure.',
  };
}

/** Whether nobody is signed in (any more). */
export function isSignedOut(error: unknown): boolean {
  return error instanceof KeysteadError && error.status === 401 && error.code === 'unauthenticated';
}

/** Whether one may not do what was asked. */
export function isRefused(error: unknown): boolean {
  return error instanceof KeysteadError && error.status === 403;
}
