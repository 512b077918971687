import type { Environment, Source } from '@keystead/sdk';
import { SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useApi } from '../../api/api.ts';
import { VAULT_COMMANDS } from '../../commands/vault-commands.ts';
import { ActButton } from '../../ui/act-button.tsx';
import { Command } from '../../ui/command.tsx';
import { CopyText } from '../../ui/copy-text.tsx';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { Facts } from '../../ui/facts.tsx';
import { ButtonLink, TextLink } from '../../ui/links.tsx';
import { Section } from '../../ui/section.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { tellProblem } from '../../ui/tell-problem.ts';
import { Time } from '../../ui/time.tsx';
import { environmentKey, keyWatchQuery, runsQuery, sourcesQuery } from './api/vault-queries.ts';
import { useAct } from '../../api/use-act.ts';
import { useEnvironment } from './api/use-environment.ts';
import { FirstSteps } from './first-steps.tsx';
import { KeyStateBadge } from './keys/key-state-badge.tsx';
import { OpenRuns } from './runs/open-runs.tsx';
import { RunsTable } from './runs/runs-table.tsx';
import { cronWords } from './words/cron-words.ts';
import { keyStateWords } from './words/key-state-words.ts';
import { placeText, providerName } from './words/storage-words.ts';
import { useTabTitle } from '../../ui/tab-title.ts';

const SHOWN_RUNS = 5;

/** One environment at a glance: what is on now, what is protected, who can read it. */
export function EnvironmentPage() {
  const api = useApi();
  const environment = useEnvironment();
  const { environmentId, label } = environment;
  useTabTitle(label);
  const { data: sources } = useSuspenseQuery(sourcesQuery(api, environmentId));
  const { data: runs } = useSuspenseQuery(runsQuery(api, environmentId));
  return (
    <>
      <FirstSteps environment={environment} sources={sources} runs={runs} />
      <OpenRuns runs={runs} />
      {sources.length > 0 && (
        <Section
          title="Sources"
          actions={
            <ButtonLink
              to="/environments/$environmentId/sources"
              params={{ environmentId }}
              variant="default"
              size="xs"
            >
              All about the sources
            </ButtonLink>
          }
        >
          <SourcesAtAGlance environment={environment} sources={sources} />
        </Section>
      )}
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="xl">
        <Keys environment={environment} />
        <Place environment={environment} />
      </SimpleGrid>
      {runs.length > 0 && (
        <Section title="Newest runs">
          <RunsTable runs={runs.slice(0, SHOWN_RUNS)} />
        </Section>
      )}
      <Command words={VAULT_COMMANDS.showEnvironment(label)} />
    </>
  );
}

function SourcesAtAGlance({
  environment: { lastProvenRestorable },
  sources,
}: {
  readonly environment: Environment;
  readonly sources: readonly Source[];
}) {
  const columns: readonly Column<Source>[] = [
    {
      name: 'Source',
      cell: ({ name }) => (
        <Text size="sm" fw={600}>
          {name}
        </Text>
      ),
    },
    {
      name: 'Last good backup',
      cell: ({ lastGoodBackup, overdueSince }) => (
        <>
          {lastGoodBackup === undefined ? 'Never ' : <Time at={lastGoodBackup.at} />}{' '}
          {overdueSince !== undefined && <StateBadge tone="bad">Overdue</StateBadge>}
        </>
      ),
    },
    {
      name: 'Last proven restorable',
      cell: ({ name }) => {
        const proven = lastProvenRestorable.find(({ source }) => source === name);
        return proven === undefined ? 'Never' : <Time at={proven.provenAt} />;
      },
    },
    {
      name: 'Next backup',
      isSpare: true,
      cell: ({ schedule }) => {
        const [next] = schedule?.nextTimes ?? [];
        if (schedule === undefined) return 'When somebody says so';
        if (next === undefined) return 'Paused';
        return (
          <Stack gap={0}>
            <Time at={next} />
            <Text size="xs" c="dimmed">
              {cronWords(schedule.cron, schedule.timeZone)}
            </Text>
          </Stack>
        );
      },
    },
  ];
  return <DataTable caption="Sources" columns={columns} rows={sources} idOf={({ sourceId }) => sourceId} />;
}

function Keys({ environment }: { readonly environment: Environment }) {
  const { environmentId, label, masterKey, recipients, encryption, whoCanRead } = environment;
  const { data: watch } = useQuery(keyWatchQuery(useApi(), environmentId));
  const look = useAct({
    act: (api) => api.checkKeys(environmentId),
    touches: [environmentKey(environmentId), ['keys']],
    done: ({ keys }) =>
      keys.every(({ state }) => state === 'good') ? 'Every key is good.' : 'A key says no: see above what it means.',
  });
  return (
    <Section
      title="Master key"
      about={whoCanRead}
      actions={
        <ActButton
          needs="keystead:CheckKeys"
          variant="default"
          size="xs"
          loading={look.isPending}
          onClick={() => look.mutate(undefined, { onError: (error) => tellProblem(error) })}
        >
          Use the keys now
        </ActButton>
      }
    >
      <Facts
        facts={[
          ['State', <KeyStateBadge key="state" environment={environment} />],
          ['Encryption', encryption],
          ['Key', <CopyText key="key" text={masterKey.keyId} label="the name of the master key" />],
          [
            'Further master keys',
            recipients.length === 0
              ? 'None: without this key nobody can read'
              : recipients.map(({ provider, keyId }) => (
                  <div key={keyId}>
                    {providerName(provider)} <span className="ks-code">{keyId}</span>{' '}
                    {stateOf(watch?.keys.find((one) => one.keyId === keyId)?.state)}
                  </div>
                )),
          ],
          ['Last looked at', watch?.checkedAt && <Time key="at" at={watch.checkedAt} />],
          ['Looked at next', watch?.nextCheckAt && <Time key="next" at={watch.nextCheckAt} />],
        ]}
      />
      <Command words={VAULT_COMMANDS.useKeysNow(label)} />
    </Section>
  );
}

function stateOf(state: string | undefined): string {
  return state === undefined ? '' : `(${keyStateWords(state).name.toLowerCase()})`;
}

function Place({ environment }: { readonly environment: Environment }) {
  const { storage, formerStorages, vaultId, writerId, environmentId } = environment;
  return (
    <Section title="Storage">
      <Facts
        facts={[
          ['Where', <span key="place">{placeText(storage)}</span>],
          ['Region', storage.region],
          ['Object lock', storage.objectLock && `${storage.objectLock.days} days, ${storage.objectLock.mode}`],
          ['Vault', vaultId && <CopyText key="vault" text={vaultId} label="the id of the vault" />],
          ['Writer id', <CopyText key="writer" text={writerId} label="the writer id" />],
          [
            'Places that were left',
            formerStorages.length > 0 &&
              formerStorages.map((former) => (
                <div key={former.vaultId}>
                  {placeText(former.storage)}, left <Time at={former.leftAt} />
                  {former.advice !== undefined && (
                    <Text size="xs" c="dimmed">
                      {former.advice}
                    </Text>
                  )}
                </div>
              )),
          ],
        ]}
      />
      <Text size="sm" c="dimmed">
        Note the writer id outside of the store: with it nobody can put another vault in place of yours.{' '}
        <TextLink
          to="/settings/backup-environment/$environmentId"
          params={{ environmentId }}
          size="sm"
          underline="always"
        >
          Change storage, key or credentials
        </TextLink>
      </Text>
    </Section>
  );
}
