import type { CreatedEnvironment, EnvironmentCheck } from '@keystead/sdk';
import { Alert, Box, Button, Checkbox, Group, Paper, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { shellLine } from '../../../commands/shell-line.ts';
import { CopyAction } from '../../../ui/copy-text.tsx';
import { LeaveGuard } from '../../../ui/leave-guard.tsx';
import { ButtonLink } from '../../../ui/links.tsx';
import { Page } from '../../../ui/page.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { Section } from '../../../ui/section.tsx';
import { ENVIRONMENTS_KEY } from '../api/vault-queries.ts';
import { ChecksList, checksText, Looking } from './checks-list.tsx';
import { createWords } from './create-words.ts';
import { environmentForm, environmentOf, missingOf, type EnvironmentForm, type Form } from './environment-form.ts';
import { MasterKeyFields, RecipientFields } from './master-key-fields.tsx';
import { regionsQuery } from './own-keys.ts';
import { PoliciesToCopy } from './policies-to-copy.tsx';
import { StorageFields } from './storage-fields.tsx';

/** Pixels: as wide as is read with ease. */
const FORM_WIDTH = 820;

interface Saved {
  readonly checks: readonly EnvironmentCheck[];
  /** Absent: it was looked at alone, or a check failed. */
  readonly created?: CreatedEnvironment;
}

/** A new backup environment: its settings, the pre-flight check by check, and then it is saved. */
export function NewEnvironmentPage() {
  // The form begins with the tenant's own region: it waits for that.
  const { data: regions } = useSuspenseQuery(regionsQuery(useApi()));
  return <NewEnvironment region={regions[0] ?? ''} />;
}

function NewEnvironment({ region }: { readonly region: string }) {
  const api = useApi();
  const queries = useQueryClient();
  const form = useForm<EnvironmentForm>({ mode: 'controlled', initialValues: environmentForm(region) });
  const [saved, setSaved] = useState<Saved>();
  const missing = missingOf(form.values);
  const save = useMutation({
    mutationFn: async (isLookOnly: boolean): Promise<Saved> => {
      const wanted = environmentOf(form.values);
      setSaved(undefined);
      const { checks } = await api.preflightEnvironment(wanted);
      if (isLookOnly || checks.some(({ outcome }) => outcome === 'failed')) return { checks };
      const created = await api.createEnvironment(wanted);
      return { checks: created.checks, created };
    },
    onSuccess: async (result) => {
      setSaved(result);
      if (result.created) await queries.invalidateQueries({ queryKey: ENVIRONMENTS_KEY });
    },
  });
  const created = saved?.created;
  return (
    <Page title="Add a backup environment" about="Storage and master key are used for real before anything is saved.">
      <LeaveGuard isUnsaved={form.isDirty() && created === undefined && !save.isPending}>
        The environment was not saved yet.
      </LeaveGuard>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate(false);
        }}
      >
        <Stack gap="xl" maw={FORM_WIDTH}>
          <Settings form={form} />
          <Section title="Pre-flight">
            <Paper withBorder p="md">
              <Stack>
                {save.isPending ? (
                  <Looking />
                ) : saved === undefined ? (
                  <Text size="sm" c="dimmed">
                    What is found appears here, check by check, with what to do where something fails. Nothing is saved
                    unless all of it passes.
                  </Text>
                ) : (
                  <>
                    <Text size="sm" fw={600} role="status">
                      {checksText(saved.checks)}{' '}
                      {created === undefined && saved.checks.some(({ outcome }) => outcome === 'failed')
                        ? 'Nothing was saved.'
                        : created === undefined
                          ? 'It can be saved.'
                          : 'It is saved.'}
                    </Text>
                    <ChecksList checks={saved.checks} />
                  </>
                )}
                <ProblemNotice error={save.error} title="It was not saved" />
                {created === undefined ? (
                  <Group>
                    <Button type="submit" loading={save.isPending} disabled={missing !== undefined}>
                      Save Settings
                    </Button>
                    <Button
                      variant="default"
                      loading={save.isPending}
                      disabled={missing !== undefined}
                      onClick={() => save.mutate(true)}
                    >
                      Look only
                    </Button>
                    {missing !== undefined && (
                      <Text size="sm" c="dimmed">
                        Still to be said: {missing}.
                      </Text>
                    )}
                  </Group>
                ) : (
                  <SavedNotice created={created} />
                )}
                <CreateCommand form={form} />
              </Stack>
            </Paper>
          </Section>
        </Stack>
      </form>
      <Box maw={FORM_WIDTH} mt="sm">
        <PoliciesToCopy
          facts={{
            ...(form.values.key.keyId.includes(':') && { key: form.values.key.keyId.trim() }),
            ...(form.values.bucketName !== '' && { bucket: form.values.bucketName }),
            ...(form.values.prefix !== '' && { prefix: form.values.prefix }),
            ...(form.values.type === 'ibm-cos' && { language: 'ibm' as const }),
          }}
        />
      </Box>
    </Page>
  );
}

function Settings({ form }: { readonly form: Form }) {
  const { isHosted } = form.values;
  return (
    <>
      <Section
        title="Storage Environment"
        about="Whatever the storage, it sees ciphertext, sizes and times, and nothing else."
      >
        <Stack>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput
              label="Label"
              description="What it is called; it need not be the bucket's name"
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              {...form.getInputProps('label')}
            />
          </SimpleGrid>
          <Checkbox
            label="Vault-hosted backup environment"
            description="The store of this installation, apart for each tenant and environment. Its operator sees ciphertext, and can delete"
            {...form.getInputProps('isHosted', { type: 'checkbox' })}
          />
          <StorageFields form={form} />
          {isHosted && (
            <Text size="sm" c="dimmed">
              Nothing else is needed: no bucket, no credentials.
            </Text>
          )}
        </Stack>
      </Section>
      <Section title="Encryption">
        <Checkbox
          label="Automatically encrypt data stored in Vault"
          description="Always on: there is no unencrypted format. Everything is encrypted here, before it leaves"
          checked
          readOnly
          disabled
          styles={{ label: { color: 'var(--mantine-color-text)' } }}
        />
        <MasterKeyFields form={form} />
      </Section>
      <Section
        title="Further master keys"
        about="Each opens the same backups by itself: a second region, a second provider, or a recovery key on paper for the day when all else is gone. None is needed."
      >
        <RecipientFields form={form} />
      </Section>
    </>
  );
}

function SavedNotice({ created: { environment } }: { readonly created: CreatedEnvironment }) {
  const { environmentId, label, whoCanRead } = environment;
  return (
    <Alert color="keystead" title={`${label} is saved`} role="status">
      <Stack align="flex-start">
        <Text size="sm">{whoCanRead}</Text>
        <ButtonLink to="/environments/$environmentId" params={{ environmentId }}>
          Go on to the first backup
        </ButtonLink>
      </Stack>
    </Alert>
  );
}

/** The same on the command line. Secrets come from variables there, never from the line. */
function CreateCommand({ form }: { readonly form: Form }) {
  const line = shellLine(['keystead', ...createWords(form.values)]);
  return (
    <div className="ks-command" data-command>
      <code className="ks-code">{line}</code>
      <CopyAction text={line} label="the command" />
    </div>
  );
}
