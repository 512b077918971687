import type { EnrolmentView } from '@keystead/sdk';
import { Alert, Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useReducer, useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { isUnreached } from '../../../api/live/connection.ts';
import { enrolmentToken, forgetEnrolmentToken, takeEnrolmentToken } from '../../../app/session/enrolment-token.ts';
import { TextLink } from '../../../ui/links.tsx';
import { Loading } from '../../../ui/loading.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { ExactTime } from '../../../ui/time.tsx';
import { roleNames } from '../people/role-names.ts';
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
  if (isUnreached(look.error))
    return (
      <Gate title="The server does not answer" about="Your link was not used: it opens as soon as there is an answer.">
        <ProblemNotice error={look.error} title="What went wrong" />
        <Button loading={look.isFetching} onClick={() => void look.refetch()}>
          Try again
        </Button>
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

function Invitation({ view }: { readonly view: EnrolmentView }) {
  const { kind, tenantName, accountId, expiresAt, invitedBy, policies } = view;
  return (
    <>
      {WORDS[kind](`${tenantName} (account ${accountId})`, invitedBy)}
      {policies.length > 0 && ` ${policies.length === 1 ? 'Your role' : 'Your roles'}: ${roleNames(policies)}.`} Choose
      how you sign in from now on. This link works once, until <ExactTime at={expiresAt} />.
    </>
  );
}

const WORDS: Record<EnrolmentView['kind'], (account: string, by: string | undefined) => string> = {
  first: (account) => `You are the first administrator of this server, in ${account}.`,
  invitation: (account, by) =>
    by === undefined ? `You are invited to ${account}.` : `${by} invites you to ${account}.`,
  reset: (account, by) => `${by ?? 'Whoever runs this server'} made you a new way to sign in to ${account}.`,
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
