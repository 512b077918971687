import { Button, Group, Stack, Text, Title } from '@mantine/core';
import type { KeyVersion } from '@keystead/sdk';
import { useState } from 'react';
import { KEY_COMMANDS } from '../../../commands/key-commands.ts';
import { CopyText } from '../../../ui/copy-text.tsx';
import { DataTable, type Column } from '../../../ui/data-table.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { ButtonLink } from '../../../ui/links.tsx';
import { StateBadge } from '../../../ui/state-badge.tsx';
import { Time } from '../../../ui/time.tsx';
import { WholeNumber } from '../../../ui/whole-number.tsx';
import { useKeyChange } from '../key-query.ts';
import { Nothing } from '../nothing.tsx';
import type { KeyTabProps } from './key-page.tsx';

const STAGES = {
  current: { tone: 'good', word: 'Encrypts' },
  previous: { tone: 'off', word: 'Decrypts' },
  pending: { tone: 'waiting', word: 'Waits for a rotation' },
} as const;

const COLUMNS: readonly Column<KeyVersion>[] = [
  {
    name: 'Version',
    cell: ({ versionId }) => (
      <CopyText text={versionId} shown={`${versionId.slice(0, 8)}…`} label="the id of the version" />
    ),
  },
  {
    name: 'What it does',
    cell: ({ stage, hasMaterial }) =>
      hasMaterial ? (
        <StateBadge tone={STAGES[stage].tone}>{STAGES[stage].word}</StateBadge>
      ) : (
        <StateBadge tone="bad">No material</StateBadge>
      ),
  },
  { name: 'Created', isSpare: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
  {
    name: 'Check value',
    isSpare: true,
    cell: ({ checkValue }) =>
      checkValue === undefined ? (
        <Nothing word="none" />
      ) : (
        <CopyText text={checkValue} shown={checkValue.slice(0, 16)} label="the check value" />
      ),
  },
  {
    name: 'Material expires',
    isSpare: true,
    cell: ({ materialExpiresAt }) =>
      materialExpiresAt === undefined ? <Nothing word="never" /> : <Time at={materialExpiresAt} />,
  },
];
const PERIOD = { min: 90, max: 2560, default: 365 };

/** What a key is made of, and how that changes. */
export function MaterialTab({ shown }: KeyTabProps) {
  const { versions, origin, region, keyId, spec } = shown;
  return (
    <Stack gap="xl">
      <DataTable
        caption="Versions of the key"
        columns={COLUMNS}
        rows={versions.toReversed()}
        idOf={({ versionId }) => versionId}
        empty={
          <EmptyState
            title="No material yet"
            action={
              <ButtonLink to="/keys/bring" search={{ region, key: keyId }}>
                Bring its material
              </ButtonLink>
            }
          >
            The key waits for material of yours. Until it is there, every use is refused.
          </EmptyState>
        }
      />
      {origin === 'imported' && versions.length > 0 && (
        <Group>
          <ButtonLink to="/keys/bring" search={{ region, key: keyId }} variant="default">
            Bring material
          </ButtonLink>
          <Text size="sm" c="dimmed">
            {spec === 'aes-256'
              ? 'The same again, or other material to rotate to.'
              : 'The same again: keys of this kind take no other.'}
          </Text>
        </Group>
      )}
      {origin === 'generated' && spec === 'aes-256' && <Rotation shown={shown} />}
    </Stack>
  );
}

function Rotation({ shown: { region, keyId, rotation, state } }: KeyTabProps) {
  const change = useKeyChange(region, keyId);
  const [days, setDays] = useState(rotation?.periodDays ?? PERIOD.default);
  const [open, setOpen] = useState<'set' | 'end'>();
  const close = (): void => setOpen(undefined);
  const isOff = state !== 'enabled';
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        Automatic rotation
      </Title>
      <Text size="sm" component="div">
        {rotation === undefined ? (
          'The key does not rotate by itself.'
        ) : (
          <>
            Every {rotation.periodDays} days; the coming one: <Time at={rotation.nextAt} />.
          </>
        )}{' '}
        What was encrypted before a rotation still opens, for ever.
      </Text>
      <Group>
        <Button variant="default" disabled={isOff} onClick={() => setOpen('set')}>
          {rotation === undefined ? 'Rotate by itself' : 'Change the period'}
        </Button>
        {rotation !== undefined && (
          <Button variant="default" disabled={isOff} onClick={() => setOpen('end')}>
            End it
          </Button>
        )}
        {isOff && (
          <Text size="sm" c="dimmed">
            Enable the key first.
          </Text>
        )}
      </Group>
      <FormDialog
        isOpen={open === 'set'}
        onClose={close}
        title="Rotate by itself"
        verb="Save the period"
        command={KEY_COMMANDS.enableRotation(region, keyId, String(days))}
        onSubmit={() => change((api) => api.enableKeyRotation(region, keyId, { periodDays: days }))}
      >
        <WholeNumber
          label="Every so many days"
          description={`${PERIOD.min} to ${PERIOD.max}`}
          min={PERIOD.min}
          max={PERIOD.max}
          value={days}
          onChange={setDays}
        />
      </FormDialog>
      <Confirm
        isOpen={open === 'end'}
        onClose={close}
        title="End the automatic rotation?"
        verb="End it"
        command={KEY_COMMANDS.disableRotation(region, keyId)}
        onConfirm={() => change((api) => api.disableKeyRotation(region, keyId))}
      >
        The material that the key has now goes on to encrypt, until somebody rotates the key. Nothing is lost.
      </Confirm>
    </Stack>
  );
}
