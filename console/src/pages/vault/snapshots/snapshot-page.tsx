import type { Snapshot } from '@keystead/sdk';
import { Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { countOf } from '../../../ui/amounts.ts';
import { CopyText } from '../../../ui/copy-text.tsx';
import { ButtonLink, TextLink } from '../../../ui/links.tsx';
import { exactTime } from '../../../ui/clock.ts';
import { Time } from '../../../ui/time.tsx';
import { snapshotsQuery, sourcesQuery } from '../api/vault-queries.ts';
import { useEnvironment } from '../api/use-environment.ts';
import { RestoreDatabasesDialog } from '../recovery/restore-databases-dialog.tsx';
import { RestoreDialog } from '../recovery/restore-dialog.tsx';
import { PathHistory } from './path-history.tsx';
import { SnapshotFolder } from './snapshot-folder.tsx';
import { SnapshotFound } from './snapshot-found.tsx';
import { useTabTitle } from '../../../ui/tab-title.ts';

/** One snapshot: its tree, a search in it, the history of one path, and what is chosen to be restored. */
export function SnapshotPage() {
  const api = useApi();
  const environment = useEnvironment();
  const { environmentId } = environment;
  const { snapshotId } = useParams({ from: '/shell/environments/$environmentId/snapshots/$snapshotId' });
  const { find, history } = useSearch({ from: '/shell/environments/$environmentId/snapshots/$snapshotId' });
  const { data, isFetching } = useSuspenseQuery(snapshotsQuery(api, environmentId));
  const { data: sources } = useQuery(sourcesQuery(api, environmentId));
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [isRestoring, restoring] = useDisclosure(false);
  const snapshot = data.snapshots.find((one) => one.snapshotId === snapshotId);
  useTabTitle(snapshotName(snapshot), environment.label);
  const isOfDatabases = sources?.some(({ name, kind }) => kind === 'postgres' && name === snapshot?.source) === true;
  const choose = (path: string, isChosen: boolean): void => {
    const next = new Set(chosen);
    if (isChosen) next.add(path);
    else next.delete(path);
    setChosen(next);
  };
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start">
        <Stack gap={2}>
          <Text size="sm">
            <TextLink to="/environments/$environmentId/snapshots" params={{ environmentId }} size="sm">
              Snapshots
            </TextLink>{' '}
            /
          </Text>
          <Title order={2} size="h3">
            {snapshotName(snapshot)}
          </Title>
          <Text size="sm" c="dimmed" component="div">
            {snapshot === undefined ? (
              !isFetching && 'The store does not list it (any more). '
            ) : (
              <>
                Taken <Time at={snapshot.createdAt} />,{' '}
              </>
            )}
            <CopyText text={snapshotId} label="the id of the snapshot" />
          </Text>
        </Stack>
        <Group gap="xs">
          <ButtonLink
            variant="default"
            to="/environments/$environmentId/snapshots/$snapshotId/compare"
            params={{ environmentId, snapshotId }}
            search={snapshot?.parent === undefined ? {} : { before: snapshot.parent }}
          >
            Compare
          </ButtonLink>
          <ActButton needs="keystead:StartRestore" onClick={restoring.open}>
            {chosen.size === 0 ? 'Restore everything' : `Restore ${countOf(chosen.size, 'item')}`}
          </ActButton>
        </Group>
      </Group>
      <Find environmentId={environmentId} snapshotId={snapshotId} find={find ?? ''} />
      {history !== undefined && (
        <PathHistory environment={environment} snapshotId={snapshotId} path={history} source={snapshot?.source} />
      )}
      {find === undefined ? (
        <SnapshotFolder environment={environment} snapshotId={snapshotId} chosen={chosen} onChoose={choose} />
      ) : (
        <SnapshotFound
          environment={environment}
          snapshotId={snapshotId}
          pattern={find}
          chosen={chosen}
          onChoose={choose}
        />
      )}
      {isRestoring &&
        (isOfDatabases ? (
          <RestoreDatabasesDialog environment={environment} snapshotId={snapshotId} onClose={restoring.close} />
        ) : (
          <RestoreDialog
            environment={environment}
            snapshotId={snapshotId}
            paths={[...chosen]}
            onClose={restoring.close}
          />
        ))}
    </Stack>
  );
}

/** What it is of, and of when. */
function snapshotName(snapshot: Snapshot | undefined): string {
  return snapshot === undefined ? 'Snapshot' : `${snapshot.source ?? 'Snapshot'} of ${exactTime(snapshot.createdAt)}`;
}

interface FindProps {
  readonly environmentId: string;
  readonly snapshotId: string;
  readonly find: string;
}

function Find({ environmentId, snapshotId, find }: FindProps) {
  const navigate = useNavigate();
  const [pattern, setPattern] = useState(find);
  const go = (to: string): void =>
    void navigate({
      to: '/environments/$environmentId/snapshots/$snapshotId',
      params: { environmentId, snapshotId },
      search: to === '' ? {} : { find: to },
    });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        go(pattern.trim());
      }}
    >
      <Group align="flex-end" gap="xs">
        <TextInput
          label="Find in this snapshot"
          placeholder="*.pdf or reports/**"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={pattern}
          onChange={(event) => setPattern(event.currentTarget.value)}
          style={{ flex: 1, maxWidth: 420 }}
        />
        <Button type="submit" variant="default">
          Find
        </Button>
        {find !== '' && (
          <Button
            variant="subtle"
            onClick={() => {
              setPattern('');
              go('');
            }}
          >
            Back to the folders
          </Button>
        )}
      </Group>
    </form>
  );
}
