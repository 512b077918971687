import type { IdentityProvider, IdentityProviderTest } from '@keystead/sdk';
import { Alert, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useApi } from '../../../api/api.ts';
import { ACCESS_MORE_COMMANDS } from '../../../commands/access-more-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { Command } from '../../../ui/command.tsx';
import { Facts } from '../../../ui/facts.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { sentence } from '../../../ui/sentence.ts';

/** Asks a provider everything that can be asked without a person, and tells what came of it. */
export function ProviderTest({ provider: { providerId, name } }: { readonly provider: IdentityProvider }) {
  const api = useApi();
  const test = useMutation({ mutationFn: () => api.testIdentityProvider(providerId) });
  return (
    <Stack gap="sm">
      <ActButton
        needs="keystead:TestIdentityProvider"
        size="xs"
        w="fit-content"
        loading={test.isPending}
        onClick={() => test.mutate()}
        aria-label={`Test it: ${name}`}
      >
        Test
      </ActButton>
      <div role="status">{test.data !== undefined && <Findings found={test.data} />}</div>
      <ProblemNotice error={test.error} title="It was not tested" />
      {test.data !== undefined && <Command words={ACCESS_MORE_COMMANDS.testProvider(name)} />}
    </Stack>
  );
}

function Findings({ found }: { readonly found: IdentityProviderTest }) {
  const { works, message, action, authorizationEndpoint, algorithms, keys } = found;
  return (
    <Alert
      color={works ? 'keystead' : 'red'}
      variant="outline"
      c="var(--mantine-color-text)"
      icon={works ? <IconCheck aria-hidden /> : <IconAlertTriangle aria-hidden />}
      title={works ? 'The provider answers, and knows this server' : 'People cannot sign in by it yet'}
      data-works={works}
    >
      <Stack gap="xs">
        {message !== undefined && <Text size="sm">{sentence(message)}</Text>}
        {action !== undefined && (
          <Text size="sm" fw={600}>
            {action}
          </Text>
        )}
        <Facts
          facts={[
            ['Browsers are sent to', authorizationEndpoint],
            ['It signs by', algorithms?.join(', ')],
            ['Keys that count', keys],
          ]}
        />
        {works && (
          <Text size="sm">
            Whether it lets people come back is seen at the first sign-in: the callback URL must be registered there to
            the letter.
          </Text>
        )}
      </Stack>
    </Alert>
  );
}
