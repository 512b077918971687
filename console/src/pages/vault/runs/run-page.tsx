import type { Run } from '@keystead/sdk';
import { Alert, Group, List, Paper, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useApi } from '../../../api/api.ts';
import { useLostConnection } from '../../../api/live/connection.ts';
import { problemOf } from '../../../api/problem.ts';
import { useAct } from '../../../api/use-act.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { Command } from '../../../ui/command.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { CopyText } from '../../../ui/copy-text.tsx';
import { Facts } from '../../../ui/facts.tsx';
import { ButtonLink, TextLink } from '../../../ui/links.tsx';
import { StateBadge } from '../../../ui/state-badge.tsx';
import { useEnvironment } from '../api/use-environment.ts';
import { clockTime, exactTime } from '../../../ui/clock.ts';
import { Time } from '../../../ui/time.tsx';
import { environmentKey, isOpen, runQuery } from '../api/vault-queries.ts';
import { runName, runState, runSubject } from '../words/run-words.ts';
import { RunProgress } from './run-progress.tsx';
import { RunReport } from './run-report.tsx';
import { useTabTitle } from '../../../ui/tab-title.ts';
import { PrincipalName } from '../../access/principal-name.tsx';

/** One run: how far it is, and once it has ended, what came of it. */
export function RunPage() {
  const { environmentId, runId } = useParams({ from: '/shell/environments/$environmentId/runs/$runId' });
  const { data: run } = useSuspenseQuery(runQuery(useApi(), runId));
  const queries = useQueryClient();
  const lostSinceMs = useLostConnection();
  const { label } = useEnvironment();
  useTabTitle(`${runName(run)} ${runSubject(run)}`.trim(), `${exactTime(run.startedAt)}`, label);
  const isRunning = isOpen(run);
  useEffect(() => {
    // What it has changed is read anew once it has ended: snapshots, sources, what was proven.
    if (!isRunning) void queries.invalidateQueries({ queryKey: environmentKey(environmentId) });
  }, [isRunning, queries, environmentId]);
  const { name, tone } = runState(run);
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start">
        <Stack gap={2}>
          <Text size="sm">
            <TextLink to="/environments/$environmentId/runs" params={{ environmentId }} size="sm">
              Runs
            </TextLink>{' '}
            /
          </Text>
          <Group gap="sm">
            <Title order={2} size="h3">
              {runName(run)} {runSubject(run)}
            </Title>
            <span role="status">
              <StateBadge tone={tone}>{name}</StateBadge>
            </span>
          </Group>
        </Stack>
        <RunActions run={run} />
      </Group>
      {isRunning && (
        <Paper withBorder p="md">
          <RunProgress run={run} />
          {lostSinceMs !== undefined && (
            <Text size="sm" mt="xs" fw={600} data-stale>
              As it was at {clockTime(lostSinceMs)}. The run goes on without this page, which shows how far it is once
              the server answers again.
            </Text>
          )}
        </Paper>
      )}
      {run.problem !== undefined && (
        <Alert color="red" title="It failed" data-problem={run.problem.code}>
          <Text size="sm">{run.problem.message}</Text>
          <Text size="xs" c="dimmed">
            {run.problem.code}. Nothing of it counts: a backup that failed is none.
          </Text>
        </Alert>
      )}
      <Facts
        facts={[
          ['Started', <Time key="started" at={run.startedAt} />],
          ['Ended', run.endedAt && <Time key="ended" at={run.endedAt} />],
          ['Started by', run.startedBy !== undefined && <PrincipalName key="by" id={run.startedBy} />],
          ['Master key', run.masterKey && <span className="ks-code">{run.masterKey}</span>],
          ['Id', <CopyText key="id" text={run.runId} label="the id of the run" />],
        ]}
      />
      {run.report !== undefined && <RunReport run={run} report={run.report} />}
      {run.kind === 'backup' && run.state === 'failed' && <WhyFailed />}
      <Command words={VAULT_COMMANDS.showRun(runId)} />
    </Stack>
  );
}

function WhyFailed() {
  return (
    <List size="sm" c="dimmed">
      <List.Item>What had been stored by then is used again by the next run.</List.Item>
      <List.Item>The snapshots before are as they were.</List.Item>
    </List>
  );
}

function RunActions({ run }: { readonly run: Run }) {
  const [isAsking, { open, close }] = useDisclosure(false);
  const { environmentId, runId, kind, report } = run;
  const queries = useQueryClient();
  const cancel = useAct({
    act: (api) => api.cancelRun(runId),
    touches: [['runs', runId], environmentKey(environmentId)],
    done: () => 'The run was asked to stop. It ends soon.',
  });
  const ask = async (): Promise<void> => {
    try {
      await cancel.mutateAsync();
    } catch (error) {
      if (problemOf(error).code !== 'run-ended') throw error;
      // It was faster than the question: the page shows what came of it.
      await queries.invalidateQueries({ queryKey: ['runs', runId] });
    }
  };
  const snapshotId = kind === 'backup' ? report?.snapshotId : undefined;
  const isRunning = isOpen(run);
  useEffect(() => {
    // It has ended while somebody thought about it: there is nothing left to cancel.
    if (!isRunning) close();
  }, [isRunning, close]);
  if (isRunning) {
    return (
      <>
        <ActButton needs="keystead:CancelRun" variant="default" onClick={open}>
          Cancel the run
        </ActButton>
        <Confirm
          isOpen={isAsking}
          onClose={close}
          title={`Cancel this ${runName(run).toLowerCase()}?`}
          verb="Cancel the run"
          isDangerous
          command={VAULT_COMMANDS.cancelRun(runId)}
          onConfirm={ask}
        >
          {kind === 'backup'
            ? 'No snapshot comes of it. What was stored so far is used again by the next run.'
            : kind === 'restore'
              ? 'Files that are whole stay where they were written; the same restore goes on where it was.'
              : 'It ends soon, and can be started again.'}
        </Confirm>
      </>
    );
  }
  return snapshotId === undefined ? null : (
    <ButtonLink
      to="/environments/$environmentId/snapshots/$snapshotId"
      params={{ environmentId, snapshotId }}
      variant="default"
    >
      Open the snapshot
    </ButtonLink>
  );
}
