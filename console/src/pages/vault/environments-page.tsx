import type { Environment } from '@keystead/sdk';
import { Paper, SimpleGrid, Stack, Text, Title, Group } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useApi } from '../../api/api.ts';
import { Command } from '../../ui/command.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Facts } from '../../ui/facts.tsx';
import { ButtonLink, TextLink } from '../../ui/links.tsx';
import { Page } from '../../ui/page.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { Time } from '../../ui/time.tsx';
import { VAULT_COMMANDS } from '../../commands/vault-commands.ts';
import { useVaultEvents } from './api/use-vault-events.ts';
import { environmentsQuery, keyWatchQuery, schedulesQuery, sourcesQuery } from './api/vault-queries.ts';
import { KeyStateBadge } from './keys/key-state-badge.tsx';
import { keyStateWords } from './words/key-state-words.ts';
import { placeText, storageTypeName } from './words/storage-words.ts';

/** The vault: every environment, with what one wants to know of it each morning. */
export function EnvironmentsPage() {
  useVaultEvents();
  const { data: environments } = useSuspenseQuery(environmentsQuery(useApi()));
  return (
    <Page
      title="Vault"
      about="Encrypted backups, each environment under a master key that is yours: switch the key off and they go dark, switch it on and they are back."
      actions={<NewEnvironment />}
    >
      {environments.length === 0 ? (
        <EmptyState title="No backup environment yet" action={<NewEnvironment />}>
          An environment says where backups go and under which key. Choose a storage and a master key, add a source,
          make a first backup, and prove that you can restore it.
        </EmptyState>
      ) : (
        <SimpleGrid cols={{ base: 1, lg: 2 }}>
          {environments.map((environment) => (
            <EnvironmentCard key={environment.environmentId} environment={environment} />
          ))}
        </SimpleGrid>
      )}
      <Command words={VAULT_COMMANDS.listEnvironments()} />
    </Page>
  );
}

function NewEnvironment() {
  return (
    <ButtonLink to="/settings/backup-environment/new" leftSection={<IconPlus size={16} aria-hidden />}>
      Add an environment
    </ButtonLink>
  );
}

function EnvironmentCard({ environment }: { readonly environment: Environment }) {
  const api = useApi();
  const { environmentId, label, storage, encryption } = environment;
  const { data: sources } = useQuery(sourcesQuery(api, environmentId));
  const { data: schedules } = useQuery(schedulesQuery(api, environmentId));
  const { data: watch } = useQuery(keyWatchQuery(api, environmentId));
  const last = newest(sources?.map(({ lastGoodBackup }) => lastGoodBackup?.at));
  const proven = newest(environment.lastProvenRestorable.map(({ provenAt }) => provenAt));
  const next = schedules
    ?.map(({ nextTimes: [first] }) => first)
    .filter(isThere)
    .toSorted()[0];
  const overdue = sources?.filter(({ overdueSince }) => overdueSince !== undefined).length ?? 0;
  return (
    <Paper withBorder p="lg" component="article" aria-label={label}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <Stack gap={0} miw={0}>
            <Title order={2} size="h4">
              <TextLink to="/environments/$environmentId" params={{ environmentId }} inherit>
                {label}
              </TextLink>
            </Title>
            <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
              {storageTypeName(storage.type)}, {placeText(storage)}, {storage.region}
            </Text>
          </Stack>
          {watch?.held !== undefined ? (
            <StateBadge tone="bad">Held</StateBadge>
          ) : overdue > 0 ? (
            <StateBadge tone="bad">Overdue</StateBadge>
          ) : null}
        </Group>
        <Facts
          facts={[
            ['Master key', <MasterKeyFact key="key" environment={environment} encryption={encryption} />],
            ['Last good backup', last === undefined ? sources && 'Never' : <Time key="last" at={last} />],
            ['Last proven restorable', proven === undefined ? 'Never' : <Time key="proven" at={proven} />],
            ['Next run', next === undefined ? schedules && 'Nothing is scheduled' : <Time key="next" at={next} />],
            ['Held', watch?.held && `The master key is ${keyStateWords(watch.held.code).name.toLowerCase()}`],
          ]}
        />
      </Stack>
    </Paper>
  );
}

function MasterKeyFact({
  environment,
  encryption,
}: {
  readonly environment: Environment;
  readonly encryption: string;
}) {
  return (
    <Group gap="xs">
      <KeyStateBadge environment={environment} />
      <Text size="sm">{encryption}</Text>
    </Group>
  );
}

/** The latest of some times; none where there is none. */
export function newest(times: readonly (string | undefined)[] = []): string | undefined {
  return times.filter(isThere).toSorted().at(-1);
}

function isThere<Thing>(thing: Thing | undefined): thing is Thing {
  return thing !== undefined;
}
