import { Badge, Button, Group, Select, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { IconDownload, IconX } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { ActionIcon } from '@mantine/core';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { KEY_COMMANDS } from '../../../commands/key-commands.ts';
import { Command } from '../../../ui/command.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { CopyText } from '../../../ui/copy-text.tsx';
import { Facts } from '../../../ui/facts.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { exactTime } from '../../../ui/clock.ts';
import { Time } from '../../../ui/time.tsx';
import { useKeyChange } from '../key-query.ts';
import { aliasName, isPair, ORIGINS, specName, usageName } from '../key-words.ts';
import { keyRingsQuery } from '../rings/key-rings-query.ts';
import { saveFile } from '../../../ui/save-file.ts';
import { ReadSecret } from '../secret/read-secret.tsx';
import { PrincipalName } from '../../access/principal-name.tsx';
import type { KeyTabProps } from './key-page.tsx';

/** What a key is, and what it is called. */
export function OverviewTab({ shown }: KeyTabProps) {
  const { region, keyId, removal, dualAuthorization, lastUse, keyStore } = shown;
  return (
    <Stack gap="xl">
      <Facts
        facts={[
          ['Kind', `${specName(shown.spec)}, ${usageName(shown.usage).toLowerCase()}`],
          ['Material', ORIGINS[shown.origin]],
          ['Key id', <CopyText key="id" text={keyId} label="the id of the key" />],
          ['ARN', <CopyText key="arn" text={shown.arn} label="the ARN of the key" />],
          ['Region', region],
          ['Created', <Created key="created" at={shown.createdAt} by={shown.createdBy} />],
          [
            'Last use',
            lastUse === undefined ? (
              'never, as far as is recorded'
            ) : (
              <span key="use">
                <Time at={lastUse.at} />, {lastUse.action.replace(/^kms:/, '')}
              </span>
            ),
          ],
          ['Expires', shown.expiresAt && <Time at={shown.expiresAt} />],
          [
            'Deleted on',
            shown.deletionDueAt && `${exactTime(shown.deletionDueAt)}: until then its deletion can be cancelled`,
          ],
          [
            'Deleted',
            removal &&
              `${exactTime(removal.at)} by ${removal.by}. Restorable until ${exactTime(removal.restorableUntil)}, purgeable from ${exactTime(removal.purgeableFrom)}.`,
          ],
          [
            'External key',
            keyStore?.externalKeyId === undefined
              ? keyStore?.keyStoreId
              : `${keyStore.externalKeyId} in ${keyStore.keyStoreId}`,
          ],
          [
            'Deletion takes',
            dualAuthorization === undefined ? (
              'one person'
            ) : dualAuthorization.authorizedBy === undefined || dualAuthorization.authorizedUntil === undefined ? (
              'two people; nobody has authorised it'
            ) : (
              <span key="authorized">
                two people; <PrincipalName id={dualAuthorization.authorizedBy} /> authorised it until{' '}
                {exactTime(dualAuthorization.authorizedUntil)}
              </span>
            ),
          ],
        ]}
      />
      {shown.usage === 'store' && <ReadSecret shown={shown} />}
      <Names shown={shown} />
      {isPair(shown.spec) && <PublicHalf shown={shown} />}
      <Text size="sm">
        <TextLink to="/audit" search={{ range: '30d', key: keyId.startsWith('mrk-') ? `${keyId}@${region}` : keyId }}>
          What was done with it, in the audit log
        </TextLink>
      </Text>
      <Command words={KEY_COMMANDS.show(region, keyId)} />
    </Stack>
  );
}

function Created({ at, by }: { readonly at: string; readonly by: string | undefined }) {
  return (
    <span>
      <Time at={at} />
      {by !== undefined && (
        <>
          {' '}
          by <PrincipalName id={by} />
        </>
      )}
    </span>
  );
}

type Dialog = 'alias' | 'tag' | 'ring' | 'description';

function Names({ shown }: KeyTabProps) {
  const { region, keyId, aliases, tags, keyRing } = shown;
  const change = useKeyChange(region, keyId);
  const [dialog, setDialog] = useState<Dialog>();
  const [leaving, setLeaving] = useState<string>();
  const untag = useMutation({
    mutationFn: (name: string) => change((api) => api.untagKey(region, keyId, { tagKeys: [name] })),
  });
  const close = (): void => setDialog(undefined);
  return (
    <Stack gap="md">
      <Title order={2} size="h4">
        Names and groups
      </Title>
      <Facts
        facts={[
          [
            'Aliases',
            <Group key="aliases" gap="xs">
              {aliases.map((alias) => (
                <Removable
                  key={alias}
                  text={aliasName(alias)}
                  label={`Remove the alias ${aliasName(alias)}`}
                  onRemove={() => setLeaving(alias)}
                />
              ))}
              <Button size="compact-sm" variant="default" onClick={() => setDialog('alias')}>
                Add an alias
              </Button>
            </Group>,
          ],
          [
            'Tags',
            <Group key="tags" gap="xs">
              {tags.map(({ key, value }) => (
                <Removable
                  key={key}
                  text={value === '' ? key : `${key}=${value}`}
                  label={`Remove the tag ${key}`}
                  onRemove={() => untag.mutate(key)}
                />
              ))}
              <Button size="compact-sm" variant="default" onClick={() => setDialog('tag')}>
                Add a tag
              </Button>
            </Group>,
          ],
          [
            'Key ring',
            <Group key="ring" gap="xs">
              {keyRing}
              <Button size="compact-sm" variant="default" onClick={() => setDialog('ring')}>
                Move it
              </Button>
            </Group>,
          ],
          [
            'Description',
            <Group key="description" gap="xs">
              {shown.description === '' ? <Text c="dimmed">none</Text> : shown.description}
              <Button size="compact-sm" variant="default" onClick={() => setDialog('description')}>
                Change it
              </Button>
            </Group>,
          ],
        ]}
      />
      <ProblemNotice error={untag.error} />
      {dialog === 'alias' && <AliasDialog shown={shown} onClose={close} />}
      {dialog === 'tag' && <TagDialog shown={shown} onClose={close} />}
      {dialog === 'ring' && <RingDialog shown={shown} onClose={close} />}
      {dialog === 'description' && <DescriptionDialog shown={shown} onClose={close} />}
      <Confirm
        isOpen={leaving !== undefined}
        onClose={() => setLeaving(undefined)}
        title={`Remove the alias ${aliasName(leaving ?? '')}?`}
        verb="Remove the alias"
        isDangerous
        command={KEY_COMMANDS.removeAlias(region, keyId, leaving ?? '')}
        onConfirm={() => change((api) => api.deleteKeyAlias(region, keyId, { alias: leaving ?? '' }))}
      >
        Programs that use the key by this name are refused from then on. The key itself stays, and what it has encrypted
        still opens. You can give it the name again at any time.
      </Confirm>
    </Stack>
  );
}

function Removable({
  text,
  label,
  onRemove,
}: {
  readonly text: string;
  readonly label: string;
  readonly onRemove: () => void;
}) {
  return (
    <Badge
      variant="default"
      tt="none"
      size="lg"
      fw={500}
      rightSection={
        <ActionIcon size="xs" variant="transparent" color="gray" aria-label={label} onClick={onRemove}>
          <IconX size={12} aria-hidden />
        </ActionIcon>
      }
    >
      {text}
    </Badge>
  );
}

interface NameDialogProps extends KeyTabProps {
  readonly onClose: () => void;
}

function AliasDialog({ shown: { region, keyId }, onClose }: NameDialogProps) {
  const change = useKeyChange(region, keyId);
  const [typed, setTyped] = useState('');
  const alias = `alias/${typed.replace(/^alias\//, '')}`;
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title="Add an alias"
      verb="Add the alias"
      isReady={typed !== ''}
      command={KEY_COMMANDS.addAlias(region, keyId, alias)}
      onSubmit={() => change((api) => api.createKeyAlias(region, keyId, { alias }))}
    >
      <TextInput
        label="Alias"
        description="Letters, digits, / _ and -"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        data-autofocus
      />
    </FormDialog>
  );
}

function TagDialog({ shown: { region, keyId }, onClose }: NameDialogProps) {
  const change = useKeyChange(region, keyId);
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title="Add a tag"
      about="A tag that is there already gets the new value. Policies may give rights by tags."
      verb="Add the tag"
      isReady={name !== ''}
      command={KEY_COMMANDS.addTag(region, keyId, `${name}=${value}`)}
      onSubmit={() => change((api) => api.tagKey(region, keyId, { tags: [{ key: name, value }] }))}
    >
      <Group grow align="flex-start">
        <TextInput label="Name" value={name} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
        <TextInput label="Value" value={value} onChange={(event) => setValue(event.currentTarget.value)} />
      </Group>
    </FormDialog>
  );
}

function RingDialog({ shown: { region, keyId, keyRing }, onClose }: NameDialogProps) {
  const change = useKeyChange(region, keyId);
  const rings = useQuery(keyRingsQuery(useApi(), region)).data ?? [];
  const [chosen, setChosen] = useState(keyRing);
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title="Move the key to another ring"
      about="Rights over rings count for it from then on as they do there: some lose it, others get it."
      verb="Move the key"
      isReady={chosen !== keyRing}
      command={KEY_COMMANDS.moveToRing(region, keyId, chosen)}
      onSubmit={() => change((api) => api.moveKeyToRing(region, keyId, { keyRing: chosen }))}
    >
      <Select
        label="Key ring"
        data={rings.map((ring) => ring.keyRing)}
        value={chosen}
        onChange={(ring) => setChosen(ring ?? keyRing)}
        allowDeselect={false}
      />
    </FormDialog>
  );
}

function DescriptionDialog({ shown: { region, keyId, description }, onClose }: NameDialogProps) {
  const change = useKeyChange(region, keyId);
  const [typed, setTyped] = useState(description);
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title="Change the description"
      verb="Save it"
      command={KEY_COMMANDS.describe(region, keyId, typed)}
      onSubmit={() => change((api) => api.updateKeyDescription(region, keyId, { description: typed }))}
    >
      <Textarea
        label="Description"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        autosize
        minRows={3}
        data-autofocus
      />
    </FormDialog>
  );
}

function PublicHalf({ shown: { region, keyId, aliases } }: KeyTabProps) {
  const api = useApi();
  const save = useMutation({
    mutationFn: async () => {
      const { pem } = await api.getPublicKey(region, keyId);
      saveFile(
        `${(aliases[0] ?? keyId).replace(/^alias\//, '').replaceAll('/', '-')}.pem`,
        pem,
        'application/x-pem-file',
      );
    },
  });
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        Public key
      </Title>
      <Text size="sm">Whoever has it verifies or encrypts without asking here. It is no secret.</Text>
      <Group>
        <Button
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          loading={save.isPending}
          onClick={() => save.mutate()}
        >
          Save the public key
        </Button>
      </Group>
      <ProblemNotice error={save.error} />
      <Command words={KEY_COMMANDS.publicKey(region, keyId)} />
    </Stack>
  );
}
