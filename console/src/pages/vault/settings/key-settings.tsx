import { Alert, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { Command } from '../../../ui/command.tsx';
import { CopyText } from '../../../ui/copy-text.tsx';
import { Facts } from '../../../ui/facts.tsx';
import { Section } from '../../../ui/section.tsx';
import { KeyStateBadge } from '../keys/key-state-badge.tsx';
import { useStartRun } from '../runs/use-start-run.ts';
import { providerName } from '../words/storage-words.ts';
import { KeyCredentialsDialog } from './credentials-dialogs.tsx';
import { ChangeMasterKeyDialog, ChangeRecipientsDialog } from './change-key-dialogs.tsx';
import { RetireDataKeyDialog } from './retire-data-key-dialog.tsx';
import type { SettingsProps } from './settings-props.ts';

/** Whose keys open the backups. */
export function KeySettings({ environment }: SettingsProps) {
  const { environmentId, label, encryption, masterKey, recipients, whoCanRead, nextMasterKeys } = environment;
  const [isChanging, changing] = useDisclosure(false);
  const [isAdding, adding] = useDisclosure(false);
  const [isGiving, giving] = useDisclosure(false);
  const [isRetiring, retiring] = useDisclosure(false);
  const refresh = useStartRun(environmentId, (api) => api.refreshMasterKeys(environmentId));
  const hasCredentials = masterKey.provider === 'aws-kms' || masterKey.provider === 'key-protect';
  return (
    <Section title="Encryption" about={whoCanRead}>
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
      <Group gap="xs">
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
      </Group>
      <Command words={VAULT_COMMANDS.refreshMasterKeys(label)} />
      {isChanging && <ChangeMasterKeyDialog environment={environment} onClose={changing.close} />}
      {isAdding && <ChangeRecipientsDialog environment={environment} onClose={adding.close} />}
      {isRetiring && <RetireDataKeyDialog environment={environment} onClose={retiring.close} />}
      {isGiving && <KeyCredentialsDialog environment={environment} onClose={giving.close} />}
    </Section>
  );
}
