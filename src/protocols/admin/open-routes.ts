import { getSignInOptions, finishPasskeySignIn, signInWithPassword, startPasskeySignIn } from './resources/sign-in.ts';
import { ENROLMENT_ROUTES } from './resources/enrolment.ts';
import type { OpenRoute } from './sign-in/open-route.ts';

/** Every endpoint of the admin API that anybody may call. What is not in this list takes a credential. */
export const OPEN_ROUTES: readonly OpenRoute[] = [
  getSignInOptions,
  startPasskeySignIn,
  finishPasskeySignIn,
  signInWithPassword,
  ...ENROLMENT_ROUTES,
];
