import type { Overview } from '@keystead/sdk';
import { Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { ButtonLink } from '../../ui/links.tsx';

/** One step of the way of a new installation. */
export interface Step {
  readonly title: string;
  readonly about: string;
  /** As the server has it: nobody ticks anything off. */
  readonly isDone: boolean;
  readonly action: ReactNode;
}

/** Key, storage, backup, proven restore; undefined: one may not see how far it has come. */
export function stepsOf({ keys, environments }: Overview): readonly Step[] | undefined {
  if (keys === undefined || environments === undefined) return undefined;
  const { items } = environments;
  const [first] = items;
  const toEnvironment = (verb: string): ReactNode =>
    first === undefined ? null : (
      <ButtonLink to="/environments/$environmentId" params={{ environmentId: first.environmentId }}>
        {verb}
      </ButtonLink>
    );
  return [
    {
      title: 'Bring a key',
      about:
        'Everything hangs on a key that is yours. Bring one that you made yourself, or have one made here; you can switch it off whenever you like.',
      isDone: keys.count > 0 || items.length > 0,
      action: (
        <Group gap="sm">
          <ButtonLink to="/keys/bring">Bring your own key</ButtonLink>
          <ButtonLink to="/keys/new" variant="default">
            Have one made here
          </ButtonLink>
        </Group>
      ),
    },
    {
      title: 'Choose storage',
      about:
        'Say where backups go and under which key. What is stored there is encrypted here first: whoever runs the storage sees nothing.',
      isDone: items.length > 0,
      action: <ButtonLink to="/settings/backup-environment/new">Set up a Backup Environment</ButtonLink>,
    },
    {
      title: 'First encrypted backup',
      about: 'Name a folder or a database as a source, and back it up once.',
      isDone: items.some(({ lastBackup }) => lastBackup !== undefined),
      action: toEnvironment('Make the first backup'),
    },
    {
      title: 'Prove a restore',
      about: 'A backup counts once a restore of it was seen to work. A drill restores it to nowhere and compares.',
      isDone: items.some(({ lastProven }) => lastProven !== undefined),
      action: toEnvironment('Run a drill'),
    },
  ];
}
