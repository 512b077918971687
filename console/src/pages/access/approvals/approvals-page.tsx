import type { Approval } from '@keystead/sdk';
import { Group, Paper, Stack, Text } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/api.ts';
import { ACCESS_MORE_COMMANDS } from '../../../commands/access-more-commands.ts';
import { Command } from '../../../ui/command.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { Facts } from '../../../ui/facts.tsx';
import { ForeignText } from '../../../ui/foreign-text.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { Page } from '../../../ui/page.tsx';
import { StateBadge } from '../../../ui/state-badge.tsx';
import { Time } from '../../../ui/time.tsx';
import { approvalsQuery } from '../more-queries.ts';
import { DeletionActs } from './deletion-acts.tsx';
import { ReleaseActs } from './release-acts.tsx';

/** What waits for a second person. */
export function ApprovalsPage() {
  const { data: waiting } = useSuspenseQuery(approvalsQuery(useApi()));
  const mine = waiting.filter(({ mayApprove }) => mayApprove).length;
  return (
    <Page
      title="Approvals"
      about="What two people do together: one has asked for it, another one carries it out. Nothing happens until then."
    >
      {waiting.length === 0 ? (
        <EmptyState title="Nothing waits for a second person">
          Keys can be set so that two people delete them, and a legal hold is always released by two. What one of them
          has asked for is listed here for the other one, for seven days.
        </EmptyState>
      ) : (
        <>
          <Text size="sm" role="status">
            {mine === 0 ? 'None of it waits for you.' : `${mine} of ${waiting.length} may be carried out by you.`}
          </Text>
          <Stack component="ul" gap="md" p={0} m={0} className="ks-plain-list">
            {waiting.map((approval) => (
              <li key={approval.releaseId ?? `${approval.region ?? ''} ${approval.keyId ?? ''}`}>
                <Waiting approval={approval} />
              </li>
            ))}
          </Stack>
        </>
      )}
      <Command words={ACCESS_MORE_COMMANDS.approvals()} />
    </Page>
  );
}

const WHY_NOT: Readonly<Record<NonNullable<Approval['because']>, string>> = {
  'same-person': 'You have asked for it: somebody else has to carry it out.',
  'not-permitted': 'Your roles do not allow you to be the second person.',
};

function Waiting({ approval }: { readonly approval: Approval }) {
  const { kind, mayApprove, because, requestedBy, requestedAt, expiresAt, reason } = approval;
  return (
    <Paper withBorder p="md">
      <Stack gap="sm">
        <Group justify="space-between" gap="sm">
          <Text fw={600} component="h2">
            {kind === 'key-deletion' ? (
              <>
                Delete the key <ToKey approval={approval} />
              </>
            ) : (
              <>
                Release a hold on <ToEnvironment approval={approval} />
              </>
            )}
          </Text>
          <StateBadge tone={mayApprove ? 'waiting' : 'off'}>
            {mayApprove ? 'Waits for you' : 'Waits for others'}
          </StateBadge>
        </Group>
        <Facts
          facts={[
            ['Hold', reason !== undefined && <ForeignText key="reason" text={reason} />],
            [
              'Asked for by',
              <span key="by" className="ks-anywhere">
                {requestedBy}
              </span>,
            ],
            ['Asked', requestedAt !== undefined && <Time key="at" at={requestedAt} />],
            ['Counts until', <Time key="until" at={expiresAt} />],
          ]}
        />
        {because !== undefined && (
          <Text size="sm" c="dimmed">
            {WHY_NOT[because]}
          </Text>
        )}
        {kind === 'key-deletion' ? <DeletionActs approval={approval} /> : <ReleaseActs approval={approval} />}
      </Stack>
    </Paper>
  );
}

function ToKey({ approval: { region = '', keyId = '', aliases = [] } }: { readonly approval: Approval }) {
  return (
    <TextLink to="/keys/$region/$keyId" params={{ region, keyId }} fw={600} underline="always">
      {aliases[0]?.replace(/^alias\//, '') ?? keyId}
    </TextLink>
  );
}

function ToEnvironment({ approval: { environmentId = '', environment = '' } }: { readonly approval: Approval }) {
  return (
    <TextLink to="/environments/$environmentId/holds" params={{ environmentId }} fw={600} underline="always">
      {environment}
    </TextLink>
  );
}
