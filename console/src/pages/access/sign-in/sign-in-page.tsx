import { Alert, Button, Divider, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useEffectEvent, useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { hasPasskeys, offersPasskeysInFields } from '../../../api/passkey.ts';
import { SIGN_IN_OPTIONS } from '../../../app/session/leave.ts';
import { hearTabs } from '../../../app/session/session-channel.ts';
import { Loading } from '../../../ui/loading.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { rememberAccount, rememberedAccount } from './account.ts';
import { AccountChoice } from './account-choice.tsx';
import { Gate } from './gate.tsx';
import { LockedOut } from './locked-out.tsx';
import { PasskeySignIn } from './passkey-sign-in.tsx';
import { PasskeysUnusable } from './passkeys-unusable.tsx';
import { PasswordSignIn } from './password-sign-in.tsx';
import { keepNextPlace } from './provider-return.ts';
import { signInProblem } from './sign-in-problems.ts';
import { useSignedIn } from './use-signed-in.ts';

const route = getRouteApi('/sign-in');

/** The way in: a passkey, a provider of the account, or a password with a code. */
export function SignInPage() {
  const api = useApi();
  const { next, problem, account: given } = route.useSearch();
  const navigate = route.useNavigate();
  const account = given ?? rememberedAccount();
  const options = useQuery({
    queryKey: [SIGN_IN_OPTIONS, account],
    queryFn: () => api.getSignInOptions(account === undefined ? {} : { account }),
  });
  const goOn = useSignedIn();
  const onSignedIn = (): void => {
    if (account !== undefined) rememberAccount(account);
    goOn(next);
  };
  // Somebody signed in in another tab of this browser.
  const follow = useEffectEvent(() => goOn(next));
  useEffect(() => hearTabs(({ kind }) => kind === 'signed-in' && follow()), []);
  const { data } = options;
  const usesPasskeys = data?.passkeys.isUsable === true && hasPasskeys();
  const inFields = useFieldOffers(usesPasskeys && data?.passwordSignIn === true);
  const choose = (chosen: string | undefined): void => {
    if (chosen === undefined) localStorage.removeItem('keystead-account');
    void navigate({
      to: '/sign-in',
      search: { next, ...(chosen !== undefined && { account: chosen }) },
      replace: true,
    });
  };
  return (
    <Gate title="Sign in" foot={<LockedOut />}>
      {problem === 'session-ended' ? (
        <Alert color="gray" role="status" title="Your session has ended">
          Sign in to go on where you were.
        </Alert>
      ) : problem === 'signed-out' ? (
        <Alert color="gray" role="status" title="You are signed out" />
      ) : (
        <ProblemNotice error={signInProblem(problem)} title="Not signed in" />
      )}
      <ProblemNotice error={options.error} title="This server cannot be asked" />
      {data === undefined && options.error === null && <Loading />}
      {data !== undefined && (
        <Stack gap="md">
          {usesPasskeys ? (
            <PasskeySignIn offersInFields={inFields} onSignedIn={onSignedIn} />
          ) : (
            <PasskeysUnusable site={data.passkeys} />
          )}
          {data.providers.map(({ providerId, name }) => (
            <Button
              key={providerId}
              component="a"
              href={`/admin/v1/sign-in/oidc/start?provider=${encodeURIComponent(providerId)}`}
              variant="default"
              size="md"
              fullWidth
              onClick={() => keepNextPlace(next)}
            >
              Sign in with {name}
            </Button>
          ))}
          {data.passwordSignIn && (
            <>
              <Divider label="or" />
              <PasswordSignIn
                account={account}
                offersPasskeys={inFields}
                isPrimary={!usesPasskeys && data.providers.length === 0}
                onSignedIn={onSignedIn}
              />
            </>
          )}
          <AccountChoice account={account} onChoose={choose} />
        </Stack>
      )}
    </Gate>
  );
}

/** Whether passkeys are offered in the field of the name: known once the browser has said so. */
function useFieldOffers(isWanted: boolean): boolean {
  const [offers, setOffers] = useState(false);
  useEffect(() => {
    if (!isWanted) return;
    let isOver = false;
    void offersPasskeysInFields().then((can) => !isOver && setOffers(can));
    return () => {
      isOver = true;
    };
  }, [isWanted]);
  return offers && isWanted;
}
