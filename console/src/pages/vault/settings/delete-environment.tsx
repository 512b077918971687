import type { DeletedEnvironment, Environment } from '@keystead/sdk';
import { Alert, Button, Checkbox, Group, List, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { countOf } from '../../../ui/amounts.ts';
import { Confirm } from '../../../ui/confirm.tsx';
import { Section } from '../../../ui/section.tsx';
import { ENVIRONMENTS_KEY, snapshotsQuery, sourcesQuery } from '../api/vault-queries.ts';
import { useStartRun } from '../runs/use-start-run.ts';
import { placeText } from '../words/storage-words.ts';

/** The end of an environment: forgotten with its store left as it is, or emptied first. */
export function DeleteEnvironment({ environment }: { readonly environment: Environment }) {
  const api = useApi();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { environmentId, label, storage } = environment;
  const [isDeleting, deleting] = useDisclosure(false);
  const [isEmptying, emptying] = useDisclosure(false);
  const [leavesRegistrations, setLeavesRegistrations] = useState(false);
  const [gone, setGone] = useState<DeletedEnvironment>();
  const isAsking = isDeleting || isEmptying;
  const { data: sources } = useQuery({ ...sourcesQuery(api, environmentId), enabled: isAsking });
  const { data: snapshots } = useQuery({ ...snapshotsQuery(api, environmentId), enabled: isAsking });
  // Until they are counted no number is said, least of all none.
  const count = snapshots === undefined ? 'All its snapshots' : countOf(snapshots.snapshots.length, 'snapshot');
  const empty = useStartRun(environmentId, (client) => client.emptyStore(environmentId, { label }));
  const leave = async (): Promise<void> => {
    await navigate({ to: '/settings/backup-environment' });
    queries.removeQueries({ queryKey: [...ENVIRONMENTS_KEY, environmentId] });
    await queries.invalidateQueries({ queryKey: ENVIRONMENTS_KEY });
  };
  return (
    <Section title="Delete">
      <Text size="sm" c="dimmed">
        Deleting forgets the environment and leaves its store as it is: the backups can still be opened with the master
        key. Emptying the store deletes every backup in it, for good.
      </Text>
      <Group>
        <ActButton
          needs="keystead:DeleteEnvironment"
          variant="default"
          c="var(--mantine-color-error)"
          onClick={deleting.open}
        >
          Delete the environment
        </ActButton>
        <ActButton needs="keystead:EmptyStore" variant="default" c="var(--mantine-color-error)" onClick={emptying.open}>
          Empty its store
        </ActButton>
      </Group>
      <Confirm
        isOpen={isDeleting}
        onClose={deleting.close}
        title={`Delete the environment ${label}?`}
        verb="Delete the environment"
        isDangerous
        typed={label}
        command={VAULT_COMMANDS[leavesRegistrations ? 'deleteRegisteredEnvironment' : 'deleteEnvironment'](
          label,
          label,
        )}
        onConfirm={async () =>
          setGone(
            await api.deleteEnvironment(environmentId, {
              label,
              ...(leavesRegistrations && { leaveRegistrations: true }),
            }),
          )
        }
      >
        <List size="sm">
          <List.Item>
            {sources === undefined ? 'All its sources' : countOf(sources.length, 'source')} and their schedules are
            forgotten: nothing is backed up any more.
          </List.Item>
          <List.Item>
            {count} stay in {placeText(storage)}. This server does not list them any more; they can be imported again,
            or restored without a server, by who has the store and the master key.
          </List.Item>
          <List.Item>Note the writer id and the master key before. It cannot be undone here.</List.Item>
        </List>
        {environment.masterKey.provider === 'key-protect' && (
          <Checkbox
            mt="sm"
            label="Also where Key Protect does not let go of the registration with its key"
            checked={leavesRegistrations}
            onChange={(event) => setLeavesRegistrations(event.currentTarget.checked)}
          />
        )}
      </Confirm>
      <Confirm
        isOpen={isEmptying}
        onClose={emptying.close}
        title={`Empty the store of ${label}?`}
        verb="Delete every backup"
        isDangerous
        typed={label}
        onConfirm={() => empty.mutateAsync(undefined)}
      >
        <List size="sm">
          <List.Item>{count} are deleted for good: nobody can restore them, with any key.</List.Item>
          <List.Item>
            It is refused under a legal hold, under object lock, and while places that were left stand.
          </List.Item>
          <List.Item>Sources and schedules stay: the next backup begins anew.</List.Item>
        </List>
      </Confirm>
      {gone !== undefined && (
        <Modal
          opened
          onClose={() => void leave()}
          title={`${label} is deleted`}
          size="lg"
          closeButtonProps={{ 'aria-label': 'Close' }}
        >
          <Stack>
            <Alert color="yellow" title="What is left, and what opens it">
              <Stack gap="xs">
                <Text size="sm">{gone.meaning}</Text>
                <List size="sm">
                  {gone.left.map((place) => (
                    <List.Item key={placeText(place)}>{placeText(place)}</List.Item>
                  ))}
                </List>
              </Stack>
            </Alert>
            <Group justify="flex-end">
              <Button onClick={() => void leave()}>Done</Button>
            </Group>
          </Stack>
        </Modal>
      )}
    </Section>
  );
}
