import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { EnvironmentContext } from '../../../api/may.ts';
import { useAct } from '../../../api/use-act.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { Command } from '../../../ui/command.tsx';
import { ButtonLink } from '../../../ui/links.tsx';
import { Page } from '../../../ui/page.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { Section } from '../../../ui/section.tsx';
import { ENVIRONMENTS_KEY } from '../api/vault-queries.ts';
import { useEnvironment } from '../api/use-environment.ts';
import { DarkNotice } from '../keys/dark-notice.tsx';
import { ChecksList, checksText, Looking } from './checks-list.tsx';
import { DeleteEnvironment } from './delete-environment.tsx';
import { PoliciesToCopy } from './policies-to-copy.tsx';
import { KeySettings } from './key-settings.tsx';
import type { SettingsProps } from './settings-props.ts';
import { StorageSettings } from './storage-settings.tsx';

/** Settings of one environment: what it stands on, and how to change it without stranding anything. */
export function EnvironmentSettingsPage() {
  const environment = useEnvironment();
  const { environmentId, label, storage } = environment;
  return (
    <EnvironmentContext value={environmentId}>
      <Page
        title={`Settings of ${label}`}
        about="Changes are used before they are kept, and strand nothing: what lies elsewhere stays listed and restorable."
        actions={
          <ButtonLink to="/environments/$environmentId" params={{ environmentId }} variant="default">
            Go to its backups
          </ButtonLink>
        }
      >
        <DarkNotice />
        <Stack gap="xl">
          <Label environment={environment} />
          <StorageSettings environment={environment} />
          <KeySettings environment={environment} />
          <Check environment={environment} />
          <PoliciesToCopy facts={{ environmentId, ...(storage.type === 'ibm-cos' && { language: 'ibm' as const }) }} />
          <DeleteEnvironment environment={environment} />
        </Stack>
      </Page>
    </EnvironmentContext>
  );
}

function Label({ environment: { environmentId, label } }: SettingsProps) {
  const [text, setText] = useState(label);
  const rename = useAct({
    act: (api) => api.updateEnvironment(environmentId, { label: text.trim() }),
    touches: [ENVIRONMENTS_KEY],
    done: ({ environment }) => `It is called ${environment.label} from now on.`,
  });
  return (
    <Section title="Label">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          rename.mutate();
        }}
      >
        <Group align="flex-end">
          <TextInput label="Label" value={text} onChange={(event) => setText(event.currentTarget.value)} />
          <Button
            type="submit"
            variant="default"
            loading={rename.isPending}
            disabled={text.trim() === '' || text.trim() === label}
          >
            Rename
          </Button>
        </Group>
      </form>
      <ProblemNotice error={rename.error} />
      {text.trim() !== label && text.trim() !== '' && (
        <Command words={VAULT_COMMANDS.renameEnvironment(label, text.trim())} />
      )}
    </Section>
  );
}

function Check({ environment: { environmentId, label } }: SettingsProps) {
  const api = useApi();
  const check = useMutation({ mutationFn: () => api.checkEnvironment(environmentId) });
  return (
    <Section
      title="Check"
      about="Storage and every key are used for real, as before the first backup."
      actions={
        <ActButton
          needs="keystead:CheckEnvironment"
          variant="default"
          size="xs"
          loading={check.isPending}
          onClick={() => check.mutate()}
        >
          Check everything now
        </ActButton>
      }
    >
      {check.isPending && <Looking />}
      {check.data !== undefined && (
        <>
          <Text size="sm" fw={600} role="status">
            {checksText(check.data.checks)}
          </Text>
          <ChecksList checks={check.data.checks} />
        </>
      )}
      <ProblemNotice error={check.error} title="It was not checked" />
      <Command words={VAULT_COMMANDS.checkEnvironment(label)} />
    </Section>
  );
}
