import type { Snapshots } from '@keystead/sdk';
import { ActionIcon, Button, Group, Menu, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDots } from '@tabler/icons-react';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { ActItem } from '../../../ui/act-item.tsx';
import { countOf } from '../../../ui/amounts.ts';
import { Command } from '../../../ui/command.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { DataTable, type Column } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { Section } from '../../../ui/section.tsx';
import { StateBadge } from '../../../ui/state-badge.tsx';
import { exactTime, Time } from '../../../ui/time.tsx';
import { keptQuery, snapshotsQuery } from '../api/vault-queries.ts';
import { useEnvironment } from '../api/use-environment.ts';
import { PlaceHold } from '../keeping/holds-page.tsx';
import { keptText } from '../keeping/rules-words.ts';
import { useStartRun } from '../runs/use-start-run.ts';
import { StoreFindings } from './store-findings.tsx';

const PAGE = 50;
type Snapshot = Snapshots['snapshots'][number];

/** What there is to be restored, newest first. It is listed without asking the master key. */
export function SnapshotsPage() {
  const api = useApi();
  const { environmentId, label } = useEnvironment();
  const { data } = useSuspenseQuery(snapshotsQuery(api, environmentId));
  const { data: kept } = useQuery(keptQuery(api, environmentId));
  const { source } = useSearch({ from: '/shell/environments/$environmentId/snapshots' });
  const [shown, setShown] = useState(PAGE);
  const why = new Map(kept?.snapshots.map((one) => [one.snapshotId, one]));
  const all = data.snapshots.map((one) => ({ ...one, ...why.get(one.snapshotId), source: one.source }));
  const newestFirst = all.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
  const found = source === undefined ? newestFirst : newestFirst.filter((one) => one.source === source);
  return (
    <>
      <StoreFindings environmentId={environmentId} label={label} findings={data.findings} />
      <Section
        title="Snapshots"
        about="Each is whole in itself: open it, look for what you need, and restore it. Listing them asks no key."
      >
        {all.length === 0 ? (
          <EmptyState title="No snapshot yet">
            Each backup makes one. Back up a source, and it appears here within moments of its end.
          </EmptyState>
        ) : (
          <>
            <Filters snapshots={newestFirst} environmentId={environmentId} source={source} />
            <DataTable
              caption="Snapshots"
              columns={columnsOf(environmentId, label)}
              rows={found.slice(0, shown)}
              idOf={({ snapshotId }) => snapshotId}
            />
            <Group>
              <Text size="sm" c="dimmed">
                {countOf(found.length, 'snapshot')}
              </Text>
              {found.length > shown && (
                <Button variant="default" size="xs" onClick={() => setShown(shown + PAGE)}>
                  Show older ones
                </Button>
              )}
            </Group>
          </>
        )}
      </Section>
      <Command words={VAULT_COMMANDS.listSnapshots(label)} />
    </>
  );
}

interface FiltersProps {
  readonly snapshots: readonly Snapshot[];
  readonly environmentId: string;
  readonly source: string | undefined;
}

/** By source, and to the newest snapshot of a moment. */
function Filters({ snapshots, environmentId, source }: FiltersProps) {
  const navigate = useNavigate();
  const [moment, setMoment] = useState('');
  const sources = [...new Set(snapshots.flatMap((one) => one.source ?? []))];
  const limit = moment === '' ? undefined : new Date(moment).toISOString();
  const at =
    limit === undefined
      ? undefined
      : snapshots.find((one) => one.createdAt <= limit && (source === undefined || one.source === source));
  return (
    <Group align="flex-end">
      <Select
        label="Source"
        placeholder="All sources"
        clearable
        data={sources}
        value={source ?? null}
        onChange={(value) =>
          void navigate({
            to: '/environments/$environmentId/snapshots',
            params: { environmentId },
            search: value === null ? {} : { source: value },
            replace: true,
          })
        }
      />
      <TextInput
        type="datetime-local"
        step={1}
        label="As it was at"
        value={moment}
        onChange={(event) => setMoment(event.currentTarget.value)}
      />
      <Button
        variant="default"
        disabled={at === undefined}
        onClick={() =>
          at !== undefined &&
          void navigate({
            to: '/environments/$environmentId/snapshots/$snapshotId',
            params: { environmentId, snapshotId: at.snapshotId },
          })
        }
      >
        Open that snapshot
      </Button>
      {limit !== undefined && at === undefined && <Text size="sm">There is none from before.</Text>}
    </Group>
  );
}

function columnsOf(environmentId: string, label: string): readonly Column<Snapshot>[] {
  return [
    {
      name: 'Taken',
      cell: ({ snapshotId, createdAt, source }) => (
        <Stack gap={0}>
          <TextLink
            to="/environments/$environmentId/snapshots/$snapshotId"
            params={{ environmentId, snapshotId }}
            size="sm"
            fw={600}
          >
            {exactTime(createdAt)}
          </TextLink>
          <Text size="xs" c="dimmed" component="div">
            <Time at={createdAt} />
          </Text>
          <Text size="xs" hiddenFrom="sm" style={{ overflowWrap: 'anywhere' }}>
            {source}
          </Text>
        </Stack>
      ),
    },
    {
      name: 'Source',
      isSpare: true,
      cell: ({ source }) => <span style={{ overflowWrap: 'anywhere' }}>{source ?? 'Not known'}</span>,
    },
    { name: 'Kept', cell: (snapshot) => <Kept snapshot={snapshot} /> },
    {
      name: 'Opened by',
      isSpare: true,
      cell: ({ recipients = [] }) => (recipients.length === 0 ? '' : countOf(recipients.length, 'master key')),
    },
    {
      name: 'Actions',
      cell: (snapshot) => <SnapshotMenu snapshot={snapshot} environmentId={environmentId} label={label} />,
    },
  ];
}

function Kept({ snapshot: { held, deletedAt, expiresAt, keptBy } }: { readonly snapshot: Snapshot }) {
  return (
    <Stack gap={2} align="flex-start">
      {held === true && <StateBadge tone="waiting">On hold</StateBadge>}
      {deletedAt !== undefined && (
        <Group gap={4}>
          <StateBadge tone="off">In the trash</StateBadge>
          <Text size="xs" component="div">
            until <Time at={deletedAt} />
          </Text>
        </Group>
      )}
      {deletedAt === undefined && expiresAt !== undefined && (
        <Text size="sm" component="div">
          Expires <Time at={expiresAt} />
        </Text>
      )}
      {keptBy !== undefined && keptBy.length > 0 && (
        <Text size="xs" c="dimmed">
          Kept by {keptText(keptBy)}
        </Text>
      )}
    </Stack>
  );
}

interface SnapshotMenuProps {
  readonly snapshot: Snapshot;
  readonly environmentId: string;
  readonly label: string;
}

function SnapshotMenu({ snapshot, environmentId, label }: SnapshotMenuProps) {
  const { snapshotId, createdAt, deletedAt, held, parent } = snapshot;
  const navigate = useNavigate();
  const [isTrashing, trashing] = useDisclosure(false);
  const [isHolding, holding] = useDisclosure(false);
  const [isForgetting, forgetting] = useDisclosure(false);
  const snapshots = [snapshotId];
  const takeBack = useStartRun(environmentId, (api) => api.takeBackSnapshots(environmentId, { snapshots }));
  const trash = useStartRun(environmentId, (api) => api.moveToTrash(environmentId, { snapshots }));
  const forget = useStartRun(environmentId, (api) => api.forgetSnapshots(environmentId, { snapshots }));
  const params = { environmentId, snapshotId };
  const taken = exactTime(createdAt);
  return (
    <>
      <Menu position="bottom-end" width={230} withInitialFocusPlaceholder={false} portalProps={{ target: '#content' }}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={`Actions for the snapshot of ${taken}`}>
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            onClick={() => void navigate({ to: '/environments/$environmentId/snapshots/$snapshotId', params })}
          >
            Browse and restore
          </Menu.Item>
          <Menu.Item
            onClick={() =>
              void navigate({
                to: '/environments/$environmentId/snapshots/$snapshotId/compare',
                params,
                search: parent === undefined ? {} : { before: parent },
              })
            }
          >
            Compare with another
          </Menu.Item>
          <ActItem needs="keystead:PlaceHold" onClick={holding.open}>
            Place a hold on it
          </ActItem>
          <Menu.Divider />
          {deletedAt === undefined ? (
            <ActItem needs="keystead:MoveToTrash" isDangerous disabled={held === true} onClick={trashing.open}>
              Move to the trash
            </ActItem>
          ) : (
            <ActItem needs="keystead:TakeBackSnapshots" onClick={() => takeBack.mutate(undefined)}>
              Take back from the trash
            </ActItem>
          )}
          <ActItem needs="keystead:ForgetSnapshots" isDangerous disabled={held === true} onClick={forgetting.open}>
            Forget for good
          </ActItem>
          {held === true && <Menu.Label>A legal hold covers it</Menu.Label>}
        </Menu.Dropdown>
      </Menu>
      <PlaceHold
        environmentId={environmentId}
        label={label}
        isOpen={isHolding}
        onClose={holding.close}
        snapshots={snapshots}
      />
      <Confirm
        isOpen={isTrashing}
        onClose={trashing.close}
        title={`Move the snapshot of ${taken} to the trash?`}
        verb="Move it to the trash"
        command={VAULT_COMMANDS.trash(label, snapshotId)}
        onConfirm={() => trash.mutateAsync(undefined)}
      >
        It lies there for the days that the rules of retention say, seven where there are none, and can be taken back
        until then. Afterwards the next maintenance deletes it.
      </Confirm>
      <Confirm
        isOpen={isForgetting}
        onClose={forgetting.close}
        title={`Forget the snapshot of ${taken} for good?`}
        verb="Forget it for good"
        isDangerous
        typed="for good"
        onConfirm={() => forget.mutateAsync(undefined)}
      >
        What opens it is destroyed at once: nobody can restore it from then on, with any key. It does not go to the
        trash, and cannot be undone.
      </Confirm>
    </>
  );
}
