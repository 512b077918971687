import { Button, Group, List, Select, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { KEY_COMMANDS } from '../../../commands/key-commands.ts';
import { Confirm } from '../../../ui/confirm.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { useRegions } from '../regions.ts';
import type { KeyTabProps } from './key-page.tsx';

/** Where a key is: its relatives in other regions, which have the same material. */
export function RegionsTab({ shown }: KeyTabProps) {
  const { multiRegion, region, keyId } = shown;
  const api = useApi();
  const queries = useQueryClient();
  const all = useRegions();
  const [isReplicating, setIsReplicating] = useState(false);
  const [to, setTo] = useState('');
  const [promoted, setPromoted] = useState<string>();
  if (multiRegion === undefined) {
    return (
      <EmptyState title={`This key is in ${region} alone`}>
        That is for ever: only a key that was created as a multi-Region key gets replicas. To move to such a key, create
        one and have your data encrypted anew.
      </EmptyState>
    );
  }
  const { primaryRegion, regions } = multiRegion;
  const isPrimary = primaryRegion === region;
  const others = all.filter((name) => !regions.includes(name));
  const touched = () => queries.invalidateQueries({ queryKey: ['keys'] });
  return (
    <Stack>
      <List spacing="xs">
        {regions.map((name) => (
          <List.Item key={name}>
            <Group gap="sm">
              {name === region ? (
                <Text fw={600}>{name}, this one</Text>
              ) : (
                <TextLink to="/keys/$region/$keyId" params={{ region: name, keyId }}>
                  {name}
                </TextLink>
              )}
              <Text size="sm" c="dimmed">
                {name === primaryRegion ? 'primary: rotated and replicated from here' : 'replica'}
              </Text>
              {isPrimary && name !== primaryRegion && (
                <Button size="compact-sm" variant="default" onClick={() => setPromoted(name)}>
                  Make {name} the primary
                </Button>
              )}
            </Group>
          </List.Item>
        ))}
      </List>
      {isPrimary ? (
        <Group>
          <Button disabled={others.length === 0} onClick={() => (setTo(others[0] ?? ''), setIsReplicating(true))}>
            Replicate it
          </Button>
          {others.length === 0 && (
            <Text size="sm" c="dimmed">
              It is in every region that you have. More are made in the settings.
            </Text>
          )}
        </Group>
      ) : (
        <Text size="sm">It is replicated from {primaryRegion}, its primary.</Text>
      )}
      <FormDialog
        isOpen={isReplicating}
        onClose={() => setIsReplicating(false)}
        title="Replicate the key"
        about="A related key with the same id and material: each opens what the other encrypted. It has a policy, aliases and grants of its own, and can be disabled by itself."
        verb="Replicate it"
        isReady={to !== ''}
        command={KEY_COMMANDS.replicate(region, keyId, to)}
        onSubmit={async () => {
          await api.replicateKey(region, keyId, { region: to });
          await touched();
          notifications.show({ message: `The key is in ${to} too.` });
        }}
      >
        <Select
          label="To the region"
          data={[...others]}
          value={to}
          onChange={(name) => setTo(name ?? '')}
          allowDeselect={false}
        />
      </FormDialog>
      <Confirm
        isOpen={promoted !== undefined}
        onClose={() => setPromoted(undefined)}
        title={`Make ${promoted ?? ''} the primary?`}
        verb="Make it the primary"
        command={KEY_COMMANDS.promote(region, keyId, promoted ?? '')}
        onConfirm={async () => {
          await api.setPrimaryRegion(region, keyId, { region: promoted ?? '' });
          await touched();
        }}
      >
        The key is rotated and replicated from {promoted} then. What it encrypts and decrypts does not change, and the
        same can be done back.
      </Confirm>
    </Stack>
  );
}
