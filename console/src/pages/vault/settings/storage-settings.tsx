import { Alert, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { ActButton } from '../../../ui/act-button.tsx';
import { CopyText } from '../../../ui/copy-text.tsx';
import { Facts } from '../../../ui/facts.tsx';
import { Section } from '../../../ui/section.tsx';
import { Time } from '../../../ui/time.tsx';
import { useStartRun } from '../runs/use-start-run.ts';
import { placeText, storageTypeName } from '../words/storage-words.ts';
import { BucketCredentialsDialog } from './credentials-dialogs.tsx';
import { MoveStorageDialog } from './move-storage-dialog.tsx';
import type { SettingsProps } from './settings-props.ts';

/** Where backups go, and where they went before. */
export function StorageSettings({ environment }: SettingsProps) {
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
