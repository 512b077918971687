import type { EnrolmentView } from '@keystead/sdk';
import { Alert, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useReducer, useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { enrolmentToken, forgetEnrolmentToken, takeEnrolmentToken } from '../../../app/session/enrolment-token.ts';
import { TextLink } from '../../../ui/links.tsx';
import { Loading } from '../../../ui/loading.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { exactTime } from '../../../ui/time.tsx';
import { Gate } from '../sign-in/gate.tsx';
import { useSignedIn } from '../sign-in/use-signed-in.ts';
import { RecoveryCodesStep } from './recovery-codes-step.tsx';
import { WaysIn } from './ways-in.tsx';

/** Where a sign-in link leads: whoever has it sets up how they sign in from now on. */
export function WelcomePage() {
  const api = useApi();
  const token = useEnrolmentToken();
  const goOn = useSignedIn();
  const [codes, setCodes] = useState<readonly string[]>();
  const look = useQuery({
    queryKey: ['enrolment', token],
    queryFn: () => api.lookAtEnrolment({ token: token ?? '' }),
    enabled: token !== undefined && codes === undefined,
    staleTime: Infinity,
    retry: false,
  });
  const { data: view } = look;
  const onDone = (recoveryCodes?: readonly string[]): void => {
    if (recoveryCodes === undefined) finish();
    else setCodes(recoveryCodes);
  };
  const finish = (): void => {
    forgetEnrolmentToken();
    goOn(view?.kind === 'first' ? '/first-steps' : undefined);
  };
  if (codes !== undefined)
    return (
      <Gate title="Your recovery codes" about="The last step. Each signs you in once when your phone is not at hand.">
        <RecoveryCodesStep codes={codes} name={view?.name ?? ''} onKept={finish} />
      </Gate>
    );
  if (token === undefined || look.error !== null)
    return (
      <Gate title="This link opens nothing">
        {look.error === null ? (
          <Text>
            Open your sign-in link once more, whole. Its secret part is taken out of the address at once, so this page
            cannot be loaded again.
          </Text>
        ) : (
          <ProblemNotice error={look.error} title="What went wrong" />
        )}
        <TextLink to="/sign-in">Go to the sign-in</TextLink>
      </Gate>
    );
  if (view === undefined)
    return (
      <Gate title="Welcome">
        <Loading />
      </Gate>
    );
  return (
    <Gate title={`Welcome, ${view.name}`} about={<Invitation view={view} />}>
      {(view.has.passkeys > 0 || view.has.password) && (
        <Alert color="gray">
          <Text size="sm">You can sign in already. What you set up here comes beside what you have.</Text>
        </Alert>
      )}
      <WaysIn view={view} token={token} onDone={onDone} />
    </Gate>
  );
}

function Invitation({ view: { kind, tenantName, accountId, expiresAt } }: { readonly view: EnrolmentView }) {
  return (
    <>
      {WORDS[kind](`${tenantName} (account ${accountId})`)} This link works once, until {exactTime(expiresAt)}.
    </>
  );
}

const WORDS: Record<EnrolmentView['kind'], (account: string) => string> = {
  first: (account) =>
    `You are the first administrator of this server, in ${account}. Choose how you sign in from now on.`,
  invitation: (account) => `You are invited to ${account}. Choose how you sign in from now on.`,
  reset: (account) =>
    `You sign in to ${account} anew: what signed you in before does so no more. Choose how you sign in from now on.`,
};

/** The secret of the link that this page was opened by, and of another one that is put into its address meanwhile. */
function useEnrolmentToken(): string | undefined {
  const [, look] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const take = (): void => {
      takeEnrolmentToken();
      look();
    };
    window.addEventListener('hashchange', take);
    return () => window.removeEventListener('hashchange', take);
  }, []);
  return enrolmentToken();
}
