import { Button, Group, Select, Text, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { ListedSnapshot } from './listed-snapshot.ts';
import { useState } from 'react';

interface FiltersProps {
  readonly snapshots: readonly ListedSnapshot[];
  readonly environmentId: string;
  readonly source: string | undefined;
}

/** By source, and to the newest snapshot of a moment. */
export function SnapshotFilters({ snapshots, environmentId, source }: FiltersProps) {
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
