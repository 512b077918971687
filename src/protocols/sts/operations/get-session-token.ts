import { sharing } from '../../../identity/appointment.ts';
import { issueAccessKey, type IssuedCredential } from '../../../identity/credential.ts';
import { SESSION_SECONDS } from '../../../identity/limits.ts';
import { durationOf } from '../constraints.ts';
import { endOf, showCredentials, sourceOf } from '../credentials.ts';
import { StsError } from '../errors.ts';
import { refuseMfa } from '../mfa.ts';
import { operation } from '../operation.ts';

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html: it needs no permission. */
export const getSessionToken = operation<IssuedCredential>({
  notes: 'no MFA; a session ends with the user and the access key that opened it',
  prepare: ({ proof, random, wipeLater }, parameters) => {
    refuseMfa(parameters);
    const asked = durationOf(parameters, SESSION_SECONDS.user);
    parameters.requireAllKnown();
    const { tenant, principal, credential } = proof;
    return {
      targets: [{ action: 'sts:GetSessionToken', resource: '*', isFree: true }],
      ...(asked !== undefined && { details: { durationSeconds: asked } }),
      run: (nowMs) => {
        if (principal.kind === 'service')
          throw new StsError('AccessDenied', 'Services open sessions of roles alone: use AssumeRole.');
        if (credential.type === 'session')
          throw new StsError('AccessDenied', 'Cannot call GetSessionToken with session credentials');
        const isRoot = principal.kind === 'root';
        const bounds = isRoot ? SESSION_SECONDS.root : SESSION_SECONDS.user;
        // A root's session lasts an hour at most, whatever was asked for.
        const seconds = Math.min(asked ?? bounds.unsaid, bounds.most);
        const session = { source: sourceOf(proof), openedBy: principal.arn };
        const issue = { session, ...sharing(credential), ...(isRoot && { holder: 'root' as const }) };
        const issued = issueAccessKey(
          tenant,
          principal.id,
          endOf(nowMs, seconds, session.source),
          nowMs,
          random,
          issue,
        );
        wipeLater(issued.secret, issued.sessionToken);
        return { value: issued, writes: [issued.write] };
      },
    };
  },
  show: (issued) => ({ Credentials: showCredentials(issued) }),
});
