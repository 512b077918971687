import type { ImportedEnvironment } from '@keystead/sdk';
import { Alert, Button, Checkbox, Group, List, Paper, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { countOf } from '../../../ui/amounts.ts';
import { Command } from '../../../ui/command.tsx';
import { CopyText } from '../../../ui/copy-text.tsx';
import { Facts } from '../../../ui/facts.tsx';
import { LeaveGuard } from '../../../ui/leave-guard.tsx';
import { ButtonLink } from '../../../ui/links.tsx';
import { Page } from '../../../ui/page.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { Section } from '../../../ui/section.tsx';
import { Time } from '../../../ui/time.tsx';
import { ENVIRONMENTS_KEY } from '../api/vault-queries.ts';
import { environmentForm, environmentOf, missingOf, missingOfStorage, storageOf } from './environment-form.ts';
import { importWords } from './import-words.ts';
import { MasterKeyFields, RecipientFields } from './master-key-fields.tsx';
import { regionsQuery } from './own-keys.ts';
import { StorageFields } from './storage-fields.tsx';

const WRITER_ID = /^[0-9a-f]{32}$/;

/** An environment around a vault that this server knows nothing of: after its database was lost, or from another server. */
export function ImportEnvironmentPage() {
  const { data: regions } = useSuspenseQuery(regionsQuery(useApi()));
  return (
    <Page
      title="Bring an environment back"
      about="A store and a master key are enough: what lies there is listed and restored from where it lies, and nothing is written into it. New backups go to a place of their own."
    >
      <ImportForm region={regions[0] ?? ''} />
    </Page>
  );
}

function ImportForm({ region }: { readonly region: string }) {
  const api = useApi();
  const queries = useQueryClient();
  const from = useForm({ mode: 'controlled', initialValues: environmentForm(region) });
  const form = useForm({ mode: 'controlled', initialValues: environmentForm(region) });
  const [writerId, setWriterId] = useState('');
  const wanted = form.values;
  const missing = missingToImport(missingOfStorage(from.values), missingOf(wanted), writerId.trim());
  const bringBack = useMutation({
    mutationFn: () =>
      api.importEnvironment({
        ...environmentOf(wanted),
        from: storageOf(from.values),
        ...(writerId.trim() !== '' && { writerId: writerId.trim() }),
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ENVIRONMENTS_KEY }),
  });
  if (bringBack.data !== undefined) return <Imported imported={bringBack.data} isChecked={writerId.trim() !== ''} />;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        bringBack.mutate();
      }}
    >
      <LeaveGuard isUnsaved={(from.isDirty() || form.isDirty()) && !bringBack.isPending}>
        The environment was not brought back yet.
      </LeaveGuard>
      <Stack gap="xl" maw={820}>
        <Section title="Where the vault lies" about="It is only read from. No lock of it is changed.">
          <Stack role="group" aria-label="Where the vault lies">
            <StorageFields form={from} isHostedOffered={false} />
            <TextInput
              label="Writer id"
              description="Who must have made the vault, as its environment showed it and you noted it. Without it, compare what is found"
              placeholder="32 hexadecimal digits"
              maw={420}
              value={writerId}
              onChange={(event) => setWriterId(event.currentTarget.value)}
            />
          </Stack>
        </Section>
        <Section
          title="Master key"
          about="The one that its data keys are wrapped for. It is asked before anything is kept."
        >
          {/* Its key fields read the region of the new place, which must be that of the key, too. */}
          <MasterKeyFields form={form} />
          <RecipientFields form={form} />
        </Section>
        <Section title="Where new backups go" about="Another place than the one above.">
          <Stack role="group" aria-label="Where new backups go">
            <TextInput
              label="Label"
              description="What the environment is to be called"
              maw={420}
              {...form.getInputProps('label')}
            />
            <Checkbox
              label="Vault-hosted backup environment"
              {...form.getInputProps('isHosted', { type: 'checkbox' })}
            />
            <StorageFields form={form} />
          </Stack>
        </Section>
        <Paper withBorder p="md">
          <Stack>
            <ProblemNotice error={bringBack.error} title="It was not brought back. Nothing was kept" />
            <Group>
              <Button type="submit" loading={bringBack.isPending} disabled={missing !== undefined}>
                Bring it back
              </Button>
              {missing !== undefined && (
                <Text size="sm" c="dimmed">
                  Still to be said: {missing}.
                </Text>
              )}
            </Group>
            <Command words={importWords(from.values, wanted, writerId.trim())} />
          </Stack>
        </Paper>
      </Stack>
    </form>
  );
}

function missingToImport(from: string | undefined, wanted: string | undefined, writerId: string): string | undefined {
  if (from !== undefined) return `${from}, of where the vault lies`;
  if (writerId !== '' && !WRITER_ID.test(writerId)) return 'the Writer id, as 32 hexadecimal digits';
  return wanted;
}

function Imported({
  imported: { environment, vault, findings },
  isChecked,
}: {
  readonly imported: ImportedEnvironment;
  readonly isChecked: boolean;
}) {
  const { environmentId, label, whoCanRead } = environment;
  return (
    <Stack gap="xl">
      <Alert color="keystead" title={`${label} is back`} role="status">
        <Stack align="flex-start">
          <Text size="sm">
            {countOf(vault.snapshots, 'snapshot')} can be restored. {whoCanRead}
          </Text>
          <ButtonLink to="/environments/$environmentId/snapshots" params={{ environmentId }}>
            Look at the snapshots
          </ButtonLink>
        </Stack>
      </Alert>
      {!isChecked && (
        <Alert color="yellow" title="Compare who made it">
          The vault says that the writer <CopyText text={vault.creator} label="the writer id" /> made it. Whoever can
          write to the store could have put another in its place: compare that with what you have noted.
        </Alert>
      )}
      {vault.unopened > 0 && (
        <Alert color="yellow" title={`${countOf(vault.unopened, 'data key')} cannot be opened`}>
          None of the master keys named opens them: snapshots that need them stay closed until theirs is added.
        </Alert>
      )}
      {findings.length > 0 && (
        <Alert color="red" role="alert" title="The store is not as it was left">
          <List size="sm">
            {findings.map(({ code, subject, text }) => (
              <List.Item key={`${code} ${subject}`}>{text}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Section title="What was found">
        <Facts
          facts={[
            ['Made by', <CopyText key="creator" text={vault.creator} label="the writer id" />],
            ['Made', <Time key="made" at={vault.createdAt} />],
            ['Writers', countOf(vault.writers.length, 'writer')],
            ['Snapshots', String(vault.snapshots)],
            ['Wrapped data keys', String(vault.envelopes)],
            ['Opened by', vault.recipients.join(', ')],
            ['Legal holds', vault.holds > 0 && String(vault.holds)],
          ]}
        />
      </Section>
    </Stack>
  );
}
