import { KeysteadError, type OwnSignIn } from '@keystead/sdk';
import { Button, Group } from '@mantine/core';
import { IconLink } from '@tabler/icons-react';
import { useMutation, useSuspenseQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/api.ts';
import { useWhoAmI } from '../../../api/who-am-i.ts';
import { ActsMenu } from '../../../ui/acts-menu.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { Section } from '../../../ui/section.tsx';
import { Time } from '../../../ui/time.tsx';
import { ownProvidersQuery } from './own-queries.ts';
import { errandPath } from './provider-errands.ts';
import type { WithProof } from './use-proof.tsx';
import { withEndedSessions } from './ended-sessions.ts';

/** Who vouches for oneself: links to take away, and providers of the tenant to be linked to. */
export function ProvidersSection({
  has: { links },
  withProof,
}: {
  readonly has: OwnSignIn;
  readonly withProof: WithProof;
}) {
  const api = useApi();
  const { accountId } = useWhoAmI();
  const { data: providers } = useSuspenseQuery(ownProvidersQuery(api, accountId));
  const names = new Map(providers.map(({ providerId, name }) => [providerId, name]));
  const free = providers.filter(({ providerId }) => !links.some((link) => link.providerId === providerId));
  const link = useMutation({
    mutationFn: (providerId: string) =>
      withProof(async () => {
        const { canChangeUntil } = await api.getOwnSignIn();
        if (Date.parse(canChangeUntil) <= Date.now()) throw new KeysteadError(NOT_FRESH);
        location.assign(errandPath('link', providerId));
      }),
  });
  if (links.length + providers.length === 0) return null;
  return (
    <Section title="Identity providers" about="Who vouches for you when you sign in by your company.">
      {links.length > 0 && (
        <DataTable
          caption="Identity providers"
          rows={links}
          idOf={({ providerId }) => providerId}
          columns={[
            { name: 'Provider', cell: ({ providerId, issuer }) => names.get(providerId) ?? issuer },
            { name: 'Issuer', cell: ({ issuer }) => issuer, isSpare: true },
            { name: 'You are there', cell: ({ subject }) => subject, isSpare: true },
            { name: 'Linked', cell: ({ linkedAt }) => <Time at={linkedAt} /> },
            {
              name: 'Actions',
              cell: ({ providerId, issuer }) => (
                <ActsMenu
                  of={names.get(providerId) ?? issuer}
                  acts={[
                    {
                      label: 'Take the link away',
                      isDangerous: true,
                      next: {
                        title: `Sign in by ${names.get(providerId) ?? issuer} no more?`,
                        about:
                          'It signs you in no more, and your other sessions end. You can link it again from here while you have another way in.',
                        verb: 'Take the link away',
                        run: (client) => withProof(() => client.unlinkOwnIdentity(providerId)),
                        touches: [['own-sign-in'], ['own-sessions']],
                        done: withEndedSessions(`${names.get(providerId) ?? issuer} signs you in no more`),
                      },
                    },
                  ]}
                />
              ),
            },
          ]}
        />
      )}
      {free.length > 0 && (
        <Group>
          {free.map(({ providerId, name }) => (
            <Button
              key={providerId}
              variant="default"
              leftSection={<IconLink size={16} aria-hidden />}
              loading={link.isPending && link.variables === providerId}
              onClick={() => link.mutate(providerId)}
            >
              Link {name}
            </Button>
          ))}
        </Group>
      )}
      <ProblemNotice error={link.error} title="Not linked" />
    </Section>
  );
}

const NOT_FRESH = {
  status: 403,
  code: 'sign-in-again',
  message: 'you proved who you are too long ago',
  action: 'Prove it once more.',
};
