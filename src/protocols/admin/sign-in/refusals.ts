import { RequestError } from '../errors.ts';
import { namedOrigin, type Site } from './site.ts';

/** A sign-in that is none: one answer whatever was wrong. The reason is for the log alone. */
export class SignInRefusedError extends RequestError {
  constructor(reason: string) {
    super(SIGN_IN_REFUSED, reason);
  }
}

/** An enrolment link that opens nothing: one answer whatever became of it. The reason is for the log alone. */
export class EnrolmentRefusedError extends RequestError {
  constructor(reason: string) {
    super(ENROLMENT_REFUSED, reason);
  }
}

const SIGN_IN_REFUSED = {
  status: 401,
  code: 'sign-in-refused',
  message: 'that does not sign anybody in: name, password, code or passkey is wrong, or too many tries came before',
  action: 'Try again. After several wrong tries wait a while, or ask an administrator for a new sign-in link.',
};

const ENROLMENT_REFUSED = {
  status: 401,
  code: 'enrolment-refused',
  message: 'this link opens nothing: it is wrong, was used, was replaced by another one, or its time is over',
  action: 'Ask an administrator for a new link.',
};

export const ORIGIN_REFUSED = {
  status: 403,
  code: 'origin-refused',
  message: 'the request comes from another place than this server, and what bears a session must come from it',
  action:
    'Open the console at this server itself. Where people reach it by another name, the operator sets KEYSTEAD_PUBLIC_URL to that address.',
};

/** That passkeys do not work at an address of this machine; the name that it has on the same port does. */
export function passkeysUnusable({ origin }: Site) {
  const console = `${namedOrigin(origin)}/console/`;
  return {
    status: 400,
    code: 'passkeys-unusable-here',
    message:
      'passkeys belong to a host name, and this server is reached by an address or by a name that it does not know',
    action: `Open the console at ${console}, or the link that you were given with that host name in it. For people on other machines the operator sets KEYSTEAD_PUBLIC_URL to the name of this server.`,
  };
}
