import {
  KeysteadError,
  type PasskeyAssertion,
  type PasskeyCreation,
  type PasskeyCreationOptions,
  type PasskeyRequestOptions,
} from '@keystead/sdk';
import {
  browserSupportsWebAuthn,
  browserSupportsWebAuthnAutofill,
  startAuthentication,
  startRegistration,
  WebAuthnAbortService,
} from '@simplewebauthn/browser';

/** Whether this browser has passkeys at all: some only over https or at localhost. */
export const hasPasskeys = browserSupportsWebAuthn;

/** Whether the browser offers passkeys in the field of a name, as it does saved passwords. */
export const offersPasskeysInFields = browserSupportsWebAuthnAutofill;

/** Ends a question to the browser that nobody waits for any more. */
export function forgetPasskeyQuestion(): void {
  WebAuthnAbortService.cancelCeremony();
}

/**
 * Has the browser ask for a passkey.
 *
 * @throws {KeysteadError} `passkey-cancelled`, `passkey-failed`
 */
export async function askForPasskey(options: PasskeyRequestOptions, inField = false): Promise<PasskeyAssertion> {
  try {
    const { id, rawId, response, authenticatorAttachment } = await startAuthentication({
      optionsJSON: options as never,
      useBrowserAutofill: inField,
    });
    const { clientDataJSON, authenticatorData, signature, userHandle } = response;
    return {
      id,
      rawId,
      type: 'public-key',
      response: { clientDataJSON, authenticatorData, signature, ...(userHandle !== undefined && { userHandle }) },
      ...(authenticatorAttachment !== undefined && { authenticatorAttachment }),
    };
  } catch (error) {
    throw passkeyProblem(error, 'Try again, or sign in another way.');
  }
}

/**
 * Has the browser make a passkey.
 *
 * @throws {KeysteadError} `passkey-cancelled`, `passkey-there-already`, `passkey-failed`
 */
export async function makePasskey(options: PasskeyCreationOptions): Promise<PasskeyCreation> {
  try {
    const made = await startRegistration({ optionsJSON: options as never });
    const { clientDataJSON, attestationObject, transports } = made.response;
    return {
      id: made.id,
      rawId: made.rawId,
      type: 'public-key',
      response: {
        clientDataJSON,
        attestationObject,
        ...(transports !== undefined && { transports: transports as never }),
      },
      ...(made.authenticatorAttachment !== undefined && { authenticatorAttachment: made.authenticatorAttachment }),
    };
  } catch (error) {
    throw passkeyProblem(error, 'Try again, or choose another device.');
  }
}

function passkeyProblem(error: unknown, action: string): KeysteadError {
  if (error instanceof KeysteadError) return error;
  const { name, message } = error as Error;
  const problem = PROBLEMS[name];
  if (problem !== undefined) return new KeysteadError({ status: 0, action, ...problem });
  return new KeysteadError({ status: 0, code: 'passkey-failed', message: `the browser says: ${message}`, action });
}

const PROBLEMS: Readonly<
  Record<string, { readonly code: string; readonly message: string; readonly action?: string }>
> = {
  NotAllowedError: {
    code: 'passkey-cancelled',
    message: 'the browser gave no passkey: it was cancelled, took too long, or there is none for this server here',
  },
  AbortError: { code: 'passkey-cancelled', message: 'the question for a passkey was cancelled' },
  InvalidStateError: {
    code: 'passkey-there-already',
    message: 'this device has a passkey of yours already',
    action: 'Use that one, or choose another device.',
  },
  SecurityError: {
    code: 'passkey-failed',
    message: 'the browser does not let passkeys of this server be used at this address',
    action: 'Open the console at the address that your administrator gave you.',
  },
};

/** What a new passkey is called until its owner says otherwise: the browser and the system that it was made with. */
export function passkeyName(userAgent: string): string {
  const browser = BROWSERS.find(([pattern]) => pattern.test(userAgent))?.[1] ?? 'Browser';
  const system = SYSTEMS.find(([pattern]) => pattern.test(userAgent))?.[1];
  return system === undefined ? browser : `${browser} on ${system}`;
}

/** The first that fits: others call themselves by the names that stand below theirs. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
];
