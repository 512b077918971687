import { Button, Group, Stack, TextInput } from '@mantine/core';
import type { KeyRing } from '@keystead/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { KEY_COMMANDS } from '../../../commands/key-commands.ts';
import { Command } from '../../../ui/command.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { DataTable, type Column } from '../../../ui/data-table.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { Loading } from '../../../ui/loading.tsx';
import { Page } from '../../../ui/page.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { Time } from '../../../ui/time.tsx';
import { RegionSelect } from '../region-select.tsx';
import { useRegion } from '../regions.ts';
import { keyRingsQuery } from './key-rings-query.ts';
import { PrincipalName } from '../../access/principal-name.tsx';

const route = getRouteApi('/shell/keys/rings');
const NAME = /^[A-Za-z0-9-]{2,100}$/;

/** The key rings of a region. */
export function KeyRingsPage() {
  const region = useRegion(route.useSearch().region);
  const navigate = useNavigate();
  const api = useApi();
  const queries = useQueryClient();
  const rings = useQuery(keyRingsQuery(api, region));
  const [isMaking, setIsMaking] = useState(false);
  const [typed, setTyped] = useState('');
  const [leaving, setLeaving] = useState<string>();
  const touched = () => queries.invalidateQueries({ queryKey: ['keys', region] });
  const columns: readonly Column<KeyRing>[] = [
    {
      name: 'Key ring',
      cell: ({ keyRing }) => (
        <TextLink fw={600} to="/keys" search={{ region, keyRing }}>
          {keyRing}
        </TextLink>
      ),
    },
    { name: 'Created', cell: ({ createdAt }) => (createdAt === undefined ? 'always there' : <Time at={createdAt} />) },
    { name: 'By', isSpare: true, cell: ({ createdBy }) => createdBy !== undefined && <PrincipalName id={createdBy} /> },
    {
      name: 'Actions',
      cell: ({ keyRing, createdAt }) =>
        createdAt !== undefined && (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => setLeaving(keyRing)}
            aria-label={`Delete the key ring ${keyRing}`}
          >
            Delete
          </Button>
        ),
    },
  ];
  return (
    <Page
      title="Key rings"
      about="A ring is a group of keys over which rights are given. A key is in one ring, and is moved on its own page."
      actions={<Button onClick={() => setIsMaking(true)}>Create a key ring</Button>}
    >
      <Group>
        <RegionSelect
          region={region}
          onChange={(chosen) => void navigate({ to: '/keys/rings', search: { region: chosen } })}
        />
      </Group>
      <Stack>
        <ProblemNotice error={rings.error} title="The rings cannot be shown" />
        {rings.data === undefined && rings.error === null && <Loading />}
        {rings.data && (
          <DataTable
            caption={`Key rings of ${region}`}
            columns={columns}
            rows={rings.data}
            idOf={({ keyRing }) => keyRing}
          />
        )}
        <Command words={KEY_COMMANDS.rings(region)} />
      </Stack>
      <FormDialog
        isOpen={isMaking}
        onClose={() => setIsMaking(false)}
        title="Create a key ring"
        verb="Create it"
        isReady={NAME.test(typed)}
        command={KEY_COMMANDS.createRing(region, typed === '' ? 'NAME' : typed)}
        onSubmit={async () => {
          await api.createKeyRing(region, { keyRing: typed });
          setTyped('');
          await touched();
        }}
      >
        <TextInput
          label="Name"
          description="2 to 100 letters, digits and hyphens"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          data-autofocus
        />
      </FormDialog>
      <Confirm
        isOpen={leaving !== undefined}
        onClose={() => setLeaving(undefined)}
        title={`Delete the key ring ${leaving ?? ''}?`}
        verb="Delete the key ring"
        isDangerous
        command={KEY_COMMANDS.deleteRing(region, leaving ?? '')}
        onConfirm={async () => {
          await api.deleteKeyRing(region, leaving ?? '');
          await touched();
        }}
      >
        Only a ring without keys is deleted. Rights that were given over it mean nothing from then on, and count again
        if somebody makes a ring of this name.
      </Confirm>
    </Page>
  );
}
