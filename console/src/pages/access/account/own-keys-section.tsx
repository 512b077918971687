import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/api.ts';
import { CopyText } from '../../../ui/copy-text.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { Section } from '../../../ui/section.tsx';
import { StateBadge, type Tone } from '../../../ui/state-badge.tsx';
import { Time } from '../../../ui/time.tsx';
import { Withheld } from '../credentials/withheld.tsx';
import { credentialsQuery } from '../queries.ts';

const STATES: Record<'active' | 'suspended' | 'inactive', readonly [Tone, string]> = {
  active: ['good', 'Active'],
  suspended: ['bad', 'Suspended'],
  inactive: ['off', 'Over'],
};

/** What proves one's programs: API keys and access keys that are one's own. */
export function OwnKeysSection({ principalId }: { readonly principalId: string }) {
  const keys = useQuery(credentialsQuery(useApi(), { principal: principalId }));
  return (
    <Section
      title="API and access keys"
      about="What proves programs of yours. Whoever has one is you, as far as its scopes go."
    >
      <ProblemNotice error={keys.error} title="These are not shown" />
      {keys.data?.length === 0 && (
        <Text size="sm" c="dimmed">
          You have none.
        </Text>
      )}
      {keys.data !== undefined && keys.data.length > 0 && (
        <DataTable
          caption="API and access keys"
          rows={keys.data}
          idOf={({ credentialId }) => credentialId}
          columns={[
            { name: 'Id', cell: ({ credentialId }) => <CopyText text={credentialId} label="the id" /> },
            { name: 'What for', cell: ({ description }) => description, isSpare: true },
            { name: 'State', cell: ({ state }) => <StateBadge tone={STATES[state][0]}>{STATES[state][1]}</StateBadge> },
            {
              name: 'Scopes',
              isSpare: true,
              cell: ({ scopes, withheld = [] }) => (
                <>
                  {scopes?.join(', ') ?? 'All that you may'}
                  <Withheld policies={withheld} />
                </>
              ),
            },
            {
              name: 'Last used',
              cell: ({ lastUsedAt }) => (lastUsedAt === undefined ? 'Never' : <Time at={lastUsedAt} />),
            },
            {
              name: 'Ends',
              cell: ({ expiresAt }) => (expiresAt === undefined ? 'Never' : <Time at={expiresAt} />),
              isSpare: true,
            },
          ]}
        />
      )}
    </Section>
  );
}
