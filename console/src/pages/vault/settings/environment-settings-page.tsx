import type { Environment } from '@keystead/sdk';
import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useDisclosure } from '@mantine/hooks';
import { useApi } from '../../../api/api.ts';
import { EnvironmentContext } from '../../../api/may.ts';
import { useAct } from '../../../api/use-act.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { Command } from '../../../ui/command.tsx';
import { CopyText } from '../../../ui/copy-text.tsx';
import { Facts } from '../../../ui/facts.tsx';
import { ButtonLink } from '../../../ui/links.tsx';
import { Page } from '../../../ui/page.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { Section } from '../../../ui/section.tsx';
import { Time } from '../../../ui/time.tsx';
import { ENVIRONMENTS_KEY } from '../api/vault-queries.ts';
import { useEnvironment } from '../api/use-environment.ts';
import { DarkNotice } from '../keys/dark-notice.tsx';
import { KeyStateBadge } from '../keys/key-state-badge.tsx';
import { useStartRun } from '../runs/use-start-run.ts';
import { placeText, providerName, storageTypeName } from '../words/storage-words.ts';
import { BucketCredentialsDialog, KeyCredentialsDialog } from './credentials-dialogs.tsx';
import { ChangeMasterKeyDialog, ChangeRecipientsDialog } from './change-key-dialogs.tsx';
import { ChecksList, checksText, Looking } from './checks-list.tsx';
import { DeleteEnvironment } from './delete-environment.tsx';
import { MoveStorageDialog } from './move-storage-dialog.tsx';
import { RetireDataKeyDialog } from './retire-data-key-dialog.tsx';
import { PoliciesToCopy } from './policies-to-copy.tsx';

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

interface SettingsProps {
  readonly environment: Environment;
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

function StorageSettings({ environment }: SettingsProps) {
  const { storage } = environment;
  const { credentials } = storage;
  const [isMoving, moving] = useDisclosure(false);
  const [isChanging, changing] = useDisclosure(false);
  return (
    <Section
      title="Storage Environment"
      actions={
        <>
          {credentials !== undefined && (
            <ActButton needs="keystead:SetEnvironmentCredentials" variant="default" size="xs" onClick={changing.open}>
              Change the credentials
            </ActButton>
          )}
          <ActButton needs="keystead:UpdateEnvironment" variant="default" size="xs" onClick={moving.open}>
            Move to another storage
          </ActButton>
        </>
      }
    >
      <Facts
        facts={[
          ['Storage Type', storageTypeName(storage.type)],
          [storage.path === undefined ? 'Bucket Name' : 'Folder', storage.type !== 'hosted' && placeText(storage)],
          ['Region', storage.region],
          ['Endpoint', storage.endpoint],
          ['Access key', credentials?.accessKeyId],
          ['Role', credentials?.roleArn],
          [
            'External ID',
            credentials?.externalId && <CopyText text={credentials.externalId} label="the external id" />,
          ],
          ['Credentials', credentials?.kind === 'environment' && 'Those of the server itself'],
          ['Object lock', storage.objectLock && `${storage.objectLock.days} days, ${storage.objectLock.mode}`],
          ['Server-side key', storage.serverSideKey],
        ]}
      />
      <Former environment={environment} />
      {isMoving && <MoveStorageDialog environment={environment} onClose={moving.close} />}
      {isChanging && <BucketCredentialsDialog environment={environment} onClose={changing.close} />}
    </Section>
  );
}

function Former({ environment: { environmentId, formerStorages } }: SettingsProps) {
  const rewrap = useStartRun(environmentId, (api, vaultId: string) =>
    api.rewrapFormerStorage(environmentId, { vaultId }),
  );
  return formerStorages.map((former) => (
    <Alert key={former.vaultId} color="gray" title={`A place that was left: ${placeText(former.storage)}`}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm" component="div">
          Left <Time at={former.leftAt} />. What lies there is still listed and restored from there.{' '}
          {former.readOnly && 'It was imported, and is read only.'}
        </Text>
        {former.advice !== undefined && <Text size="sm">{former.advice}</Text>}
        {former.advice !== undefined && !former.readOnly && (
          <ActButton
            needs="keystead:ChangeMasterKey"
            size="xs"
            variant="default"
            onClick={() => rewrap.mutate(former.vaultId)}
            loading={rewrap.isPending}
          >
            Wrap its data keys for the present master keys
          </ActButton>
        )}
      </Stack>
    </Alert>
  ));
}

function KeySettings({ environment }: SettingsProps) {
  const { environmentId, label, encryption, masterKey, recipients, whoCanRead, nextMasterKeys } = environment;
  const [isChanging, changing] = useDisclosure(false);
  const [isAdding, adding] = useDisclosure(false);
  const [isGiving, giving] = useDisclosure(false);
  const [isRetiring, retiring] = useDisclosure(false);
  const refresh = useStartRun(environmentId, (api) => api.refreshMasterKeys(environmentId));
  const hasCredentials = masterKey.provider === 'aws-kms' || masterKey.provider === 'key-protect';
  return (
    <Section
      title="Encryption"
      about={whoCanRead}
      actions={
        <>
          {hasCredentials && (
            <ActButton needs="keystead:SetEnvironmentCredentials" variant="default" size="xs" onClick={giving.open}>
              Change its credentials
            </ActButton>
          )}
          <ActButton
            needs="keystead:ChangeMasterKey"
            variant="default"
            size="xs"
            loading={refresh.isPending}
            onClick={() => refresh.mutate(undefined)}
          >
            Refresh after a rotation
          </ActButton>
          <ActButton needs="keystead:RetireDataKey" variant="default" size="xs" onClick={retiring.open}>
            Retire a data key
          </ActButton>
          <ActButton needs="keystead:ChangeMasterKey" variant="default" size="xs" onClick={adding.open}>
            Further master keys
          </ActButton>
          <ActButton needs="keystead:ChangeMasterKey" variant="default" size="xs" onClick={changing.open}>
            Change the master key
          </ActButton>
        </>
      }
    >
      {nextMasterKeys !== undefined && (
        <Alert color="yellow" title="A change of the master key has not ended yet">
          Ask for the same change again to go on with it: {nextMasterKeys.map(({ keyId }) => keyId).join(', ')}
        </Alert>
      )}
      <Facts
        facts={[
          ['Automatically encrypt data stored in Vault', 'Always'],
          ['Encryption', encryption],
          ['State', <KeyStateBadge key="state" environment={environment} />],
          ['Master Key', <CopyText key="key" text={masterKey.keyId} label="the name of the master key" />],
          ['Region of the key', masterKey.region],
          ['Access key', masterKey.accessKeyId],
          ['Endpoint', masterKey.endpoint],
          [
            'Further master keys',
            recipients.length === 0
              ? 'None: without the master key nobody can read'
              : recipients.map(({ provider, keyId, regionException }) => (
                  <div key={keyId}>
                    {providerName(provider)} <span className="ks-code">{keyId}</span>
                    {regionException !== undefined && ` (in another region: ${regionException})`}
                  </div>
                )),
          ],
        ]}
      />
      <Command words={VAULT_COMMANDS.refreshMasterKeys(label)} />
      {isChanging && <ChangeMasterKeyDialog environment={environment} onClose={changing.close} />}
      {isAdding && <ChangeRecipientsDialog environment={environment} onClose={adding.close} />}
      {isRetiring && <RetireDataKeyDialog environment={environment} onClose={retiring.close} />}
      {isGiving && <KeyCredentialsDialog environment={environment} onClose={giving.close} />}
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
