import Type, { type Static, type TObject } from 'typebox';
import type { SignIn } from '../../../identity/sign-in/sign-in-record.ts';
import type { OpenWays } from '../../../identity/sign-in/ways-in.ts';
import type { AdminContext, AdminRoute } from '../route.ts';
import { closed, named, TIMESTAMP, timestamp, UUID } from '../schema.ts';
import { openWaysOf } from './open-ways.ts';
import { canChangeUntilMs, ownRoute, type Own, type OwnDone, type OwnInput, type OwnRoute } from './own.ts';
import { PASSKEY_NAME, RECOVERY_CODES } from './schemas.ts';

export const PASSKEY = named('Passkey', {
  passkeyId: UUID,
  name: PASSKEY_NAME,
  createdAt: TIMESTAMP,
  lastUsedAt: Type.Optional(TIMESTAMP),
  isBackedUp: Type.Boolean({ description: 'whether its provider keeps copies of it, for other devices' }),
  transports: Type.Array(Type.String()),
});

/** Identities at identity providers that stand for a user. */
export const IDENTITY_LINKS = Type.Array(
  closed({ providerId: UUID, issuer: Type.String(), subject: Type.String(), linkedAt: TIMESTAMP }),
);

/** How one signs in, as every change of it answers. */
export const OWN_SIGN_IN = named('OwnSignIn', {
  passkeys: Type.Array(PASSKEY),
  passwordSetAt: Type.Optional(TIMESTAMP),
  recoveryCodesLeft: Type.Integer(),
  links: IDENTITY_LINKS,
  canChangeUntil: Type.String({ ...TIMESTAMP, description: 'until when this session may change these' }),
  recoveryCodes: Type.Optional(RECOVERY_CODES),
  endedSessions: Type.Optional(
    Type.Integer({ minimum: 0, description: 'how many other sessions of oneself this change has ended' }),
  ),
});

/** One's own sign-in to be shown; `codes`: those that are new, once. */
export interface ShownSignIn {
  readonly own: Own;
  readonly codes?: readonly string[];
}

export function showPasskeys({ passkeys }: SignIn) {
  return passkeys.map(({ id, name, createdAtMs, lastUsedAtMs, isBackedUp, transports }) => ({
    passkeyId: id,
    name,
    createdAt: timestamp(createdAtMs),
    ...(lastUsedAtMs !== undefined && { lastUsedAt: timestamp(lastUsedAtMs) }),
    isBackedUp,
    transports: [...transports],
  }));
}

export function showLinks({ links }: SignIn) {
  return links.map(({ providerId, issuer, subject, linkedAtMs }) => ({
    providerId,
    issuer,
    subject,
    linkedAt: timestamp(linkedAtMs),
  }));
}

export function showSignIn(
  { own: { signIn, session }, codes }: ShownSignIn,
  _context: AdminContext,
  ended: number | undefined,
): Static<typeof OWN_SIGN_IN> {
  return {
    passkeys: showPasskeys(signIn),
    ...(signIn.password && { passwordSetAt: timestamp(signIn.password.setAtMs) }),
    recoveryCodesLeft: signIn.recoveryCodes?.left ?? 0,
    links: showLinks(signIn),
    canChangeUntil: timestamp(canChangeUntilMs(session)),
    ...(codes && { recoveryCodes: [...codes] }),
    ...(ended !== undefined && { endedSessions: ended }),
  };
}

/** How a change of one's own sign-in goes on, and what is shown of it. */
export function changed(own: Own, signIn: SignIn, codes?: readonly string[]): OwnDone<ShownSignIn> {
  return { value: { own: { ...own, signIn }, ...(codes && { codes }) }, signIn };
}

/** The same for what may have been stolen: the other sessions end. */
export function changedForGood(own: Own, signIn: SignIn, codes?: readonly string[]): OwnDone<ShownSignIn> {
  return { ...changed(own, signIn, codes), endsOthers: true };
}

/** The permission, in the log, of whoever changes how it signs in. */
export const CHANGE_ACTION = 'keystead:ChangeOwnSignIn';

/** What an endpoint that changes how one signs in says of itself. */
interface OwnChange<P extends TObject, B extends TObject> extends Omit<
  OwnRoute<P, B, typeof OWN_SIGN_IN, ShownSignIn>,
  'action' | 'answer' | 'show' | 'isSensitive'
> {
  /** It gives nobody a way in and takes none: an old session may. */
  readonly isHarmless?: true;
}

/** States an endpoint that changes how one signs in: all of them answer how that is then. */
export function ownChange<
  P extends TObject = TObject<Record<never, never>>,
  B extends TObject = TObject<Record<never, never>>,
>({ isHarmless, ...row }: OwnChange<P, B>): AdminRoute {
  return ownRoute({
    ...row,
    action: CHANGE_ACTION,
    answer: OWN_SIGN_IN,
    ...(isHarmless !== true && { isSensitive: true as const }),
    show: showSignIn,
  });
}

/** What an endpoint that takes a way in away says of itself. */
interface OwnRemoval<P extends TObject, B extends TObject> extends Omit<OwnChange<P, B>, 'step' | 'isHarmless'> {
  readonly takesAway: (signIn: SignIn, input: OwnInput<P, B>, open: OpenWays) => SignIn;
}

/** States an endpoint that takes a way in away: the last one that leads in stays, and the other sessions end. */
export function ownRemoval<
  P extends TObject = TObject<Record<never, never>>,
  B extends TObject = TObject<Record<never, never>>,
>({ takesAway, ...row }: OwnRemoval<P, B>): AdminRoute {
  return ownChange({
    ...row,
    step: async (own, input, _nowMs, { services }) =>
      changedForGood(own, takesAway(own.signIn, input, await openWaysOf(services, own, own.signIn))),
  });
}
