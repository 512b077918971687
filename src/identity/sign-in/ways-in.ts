import { IdentityError } from '../errors.ts';
import { NO_ATTEMPTS } from './attempts.ts';
import { MAX_PASSKEYS, type IdentityLink, type Passkey, type SignIn } from './sign-in-record.ts';

/** What leads in beside passkeys: a password that the tenant does not take, and a link to who vouches no more, do not. */
export interface OpenWays {
  readonly isByPassword: boolean;
  /** Ids of the identity providers that may sign the user in. */
  readonly providers: ReadonlySet<string>;
}

/** Adds a passkey. @throws {IdentityError} `too-many-passkeys` */
export function withPasskey(signIn: SignIn, passkey: Passkey): SignIn {
  if (signIn.passkeys.length < MAX_PASSKEYS) return { ...signIn, passkeys: [...signIn.passkeys, passkey] };
  throw new IdentityError('too-many-passkeys', `you have ${MAX_PASSKEYS} passkeys, which is as many as there may be`);
}

/** Changes one passkey. @throws {IdentityError} `passkey-not-found` */
export function changedPasskey(signIn: SignIn, id: string, change: Partial<Passkey>): SignIn {
  requirePasskey(signIn, id);
  return { ...signIn, passkeys: signIn.passkeys.map((one) => (one.id === id ? { ...one, ...change } : one)) };
}

/** @throws {IdentityError} `passkey-not-found`, `last-way-in` */
export function withoutPasskey(signIn: SignIn, id: string, open: OpenWays): SignIn {
  requirePasskey(signIn, id);
  return requireWayIn({ ...signIn, passkeys: signIn.passkeys.filter((one) => one.id !== id) }, open);
}

/** Without password, authenticator app and recovery codes: none of them is anything without the others. @throws {IdentityError} */
export function withoutPassword(
  { password, totp: _totp, recoveryCodes: _codes, ...rest }: SignIn,
  open: OpenWays,
): SignIn {
  if (password === undefined) throw new IdentityError('password-not-set', 'you have no password');
  return requireWayIn(rest, open);
}

/** Without anything by which the user signs in: what is left waits for a new sign-in link. */
export function withoutWaysIn({ password: _password, totp: _totp, recoveryCodes: _codes, ...rest }: SignIn): SignIn {
  return { ...rest, passkeys: [], links: [], attempts: NO_ATTEMPTS };
}

/** Links an identity of an identity provider, in place of the one of that provider. */
export function linkIdentity(signIn: SignIn, link: IdentityLink): SignIn {
  return { ...signIn, links: [...signIn.links.filter(({ providerId }) => providerId !== link.providerId), link] };
}

/** Takes a link away from a person who does it alone. @throws {IdentityError} `identity-link-not-found`, `last-way-in` */
export function unlinkIdentity(signIn: SignIn, providerId: string, open: OpenWays): SignIn {
  return requireWayIn(withoutLink(signIn, providerId), open);
}

/** Takes a link away, also where it was the last way in. @throws {IdentityError} `identity-link-not-found` */
export function withoutLink(signIn: SignIn, providerId: string): SignIn {
  const links = signIn.links.filter((link) => link.providerId !== providerId);
  if (links.length < signIn.links.length) return { ...signIn, links };
  throw new IdentityError('identity-link-not-found', `there is no link to the identity provider ${providerId}`);
}

/** Whoever took the last way in away could not come back. @throws {IdentityError} `last-way-in` */
export function requireWayIn(after: SignIn, { isByPassword, providers }: OpenWays): SignIn {
  const { passkeys, password, links } = after;
  if (passkeys.length > 0 || (isByPassword && password !== undefined)) return after;
  if (links.some(({ providerId }) => providers.has(providerId))) return after;
  throw new IdentityError('last-way-in', 'it is your last way to sign in, and without it you could not come back');
}

function requirePasskey({ passkeys }: SignIn, id: string): void {
  if (!passkeys.some((one) => one.id === id)) throw new IdentityError('passkey-not-found', `you have no passkey ${id}`);
}
