import type { IdentityProvider } from '@keystead/sdk';
import { Group, Paper, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { ACCESS_MORE_COMMANDS } from '../../../commands/access-more-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { Command } from '../../../ui/command.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { CopyText } from '../../../ui/copy-text.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { Facts } from '../../../ui/facts.tsx';
import { Page } from '../../../ui/page.tsx';
import { StateBadge } from '../../../ui/state-badge.tsx';
import { providersQuery } from '../more-queries.ts';
import { ProviderDialog } from './provider-dialog.tsx';
import { ProviderTest } from './provider-test.tsx';

/** Providers by which people sign in with accounts that they already have. */
export function ProvidersPage() {
  const { data: providers } = useSuspenseQuery(providersQuery(useApi()));
  const [edited, setEdited] = useState<IdentityProvider | 'new'>();
  const add = (
    <ActButton
      needs="keystead:CreateIdentityProvider"
      leftSection={<IconPlus size={16} aria-hidden />}
      onClick={() => setEdited('new')}
    >
      Add a provider
    </ActButton>
  );
  return (
    <Page
      title="Identity providers"
      about="People who have an account at an OpenID provider can sign in by it: one button for each on the sign-in page."
      actions={providers.length > 0 && add}
    >
      {providers.length === 0 ? (
        <EmptyState title="No provider yet" action={add}>
          With a provider of your company people need no password here, and who leaves the company is out here too. Only
          those get in whom you have invited, unless you say otherwise.
        </EmptyState>
      ) : (
        <Stack gap="md">
          {providers.map((provider) => (
            <Provider key={provider.providerId} provider={provider} onEdit={() => setEdited(provider)} />
          ))}
        </Stack>
      )}
      <Command words={ACCESS_MORE_COMMANDS.providers()} />
      {edited !== undefined && (
        <ProviderDialog
          key={edited === 'new' ? 'new' : edited.providerId}
          {...(edited !== 'new' && { before: edited })}
          onClose={() => setEdited(undefined)}
        />
      )}
    </Page>
  );
}

interface ProviderProps {
  readonly provider: IdentityProvider;
  readonly onEdit: () => void;
}

function Provider({ provider, onEdit }: ProviderProps) {
  const { name, state, issuer, clientId, hasClientSecret, callbackUrl, emailDomains, userClaim } = provider;
  const { allowNewcomers, newcomerPolicies, requireMultiFactor, forOperators } = provider;
  const isActive = state === 'active';
  return (
    <Paper withBorder p="md" component="section" aria-label={name}>
      <Stack gap="md">
        <Group justify="space-between" gap="sm">
          <Group gap="sm">
            <Text component="h2" fw={600} className="ks-anywhere">
              {name}
            </Text>
            <StateBadge tone={isActive ? 'good' : 'off'}>{isActive ? 'Active' : 'Suspended'}</StateBadge>
          </Group>
          <Group gap="xs">
            <ActButton
              needs="keystead:UpdateIdentityProvider"
              size="compact-sm"
              variant="default"
              onClick={onEdit}
              aria-label={`Change ${name}`}
            >
              Change
            </ActButton>
            <SwitchOff provider={provider} />
            <Delete provider={provider} />
          </Group>
        </Group>
        <Facts
          facts={[
            ['Issuer', issuer],
            ['Client id', `${clientId}${hasClientSecret ? '' : ', a public client'}`],
            ['Callback URL, to register there', <CopyText key="url" text={callbackUrl} label="the callback URL" />],
            ['Who gets in', whoGetsIn(allowNewcomers, newcomerPolicies, userClaim)],
            ['Mail domains', emailDomains.length === 0 ? 'Any' : emailDomains.join(', ')],
            ['More than a password', requireMultiFactor ? 'Required' : undefined],
            ['Operators', forOperators ? 'May sign in by it' : undefined],
          ]}
        />
        <ProviderTest provider={provider} />
      </Stack>
    </Paper>
  );
}

function whoGetsIn(isOpen: boolean, roles: readonly string[], claim: string): string {
  return isOpen
    ? `Everybody whom it vouches for, as ${roles.join(', ')}`
    : `Who was invited under the name that it sends as ${claim}`;
}

function SwitchOff({ provider: { providerId, name, state } }: Pick<ProviderProps, 'provider'>) {
  const [isAsking, setIsAsking] = useState(false);
  const touches = [['identity-providers']];
  const suspend = useAct({
    act: (api) => api.suspendIdentityProvider(providerId),
    touches,
    done: () => `Nobody signs in by ${name} any more.`,
  });
  const resume = useAct({
    act: (api) => api.resumeIdentityProvider(providerId),
    touches,
    done: () => `People may sign in by ${name} again.`,
  });
  if (state === 'suspended') {
    return (
      <ActButton
        needs="keystead:ResumeIdentityProvider"
        size="compact-sm"
        variant="default"
        loading={resume.isPending}
        onClick={() => resume.mutate()}
        aria-label={`Resume ${name}`}
      >
        Resume
      </ActButton>
    );
  }
  return (
    <>
      <ActButton
        needs="keystead:SuspendIdentityProvider"
        size="compact-sm"
        variant="default"
        onClick={() => setIsAsking(true)}
        aria-label={`Suspend ${name}`}
      >
        Suspend
      </ActButton>
      <Confirm
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        title={`Suspend ${name}?`}
        verb="Suspend the provider"
        isDangerous
        command={ACCESS_MORE_COMMANDS.suspendProvider(name)}
        onConfirm={() => suspend.mutateAsync()}
      >
        Nobody signs in by it any more, and the sessions that it opened end with the answer. Who has no passkey and no
        password here is out until it is resumed; everybody stays linked.
      </Confirm>
    </>
  );
}

function Delete({ provider: { providerId, name } }: Pick<ProviderProps, 'provider'>) {
  const [isAsking, setIsAsking] = useState(false);
  const forget = useAct({
    act: (api) => api.deleteIdentityProvider(providerId),
    touches: [['identity-providers']],
    done: () => `${name} is gone.`,
  });
  return (
    <>
      <ActButton
        needs="keystead:DeleteIdentityProvider"
        size="compact-sm"
        variant="default"
        onClick={() => setIsAsking(true)}
        aria-label={`Delete ${name}`}
      >
        Delete
      </ActButton>
      <Confirm
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        title={`Delete ${name}?`}
        verb="Delete the provider"
        isDangerous
        typed={name}
        command={ACCESS_MORE_COMMANDS.deleteProvider(name)}
        onConfirm={() => forget.mutateAsync()}
      >
        Nobody signs in by it any more, and the sessions that it opened end. Its client secret is forgotten, and so is
        who is linked to whom there: with the same provider added anew, everybody is invited anew. To close it for a
        while, suspend it.
      </Confirm>
    </>
  );
}
