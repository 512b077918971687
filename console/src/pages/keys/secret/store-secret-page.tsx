import { Button, FileInput, Group, PasswordInput, Radio, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { KEY_COMMANDS } from '../../../commands/key-commands.ts';
import { Command } from '../../../ui/command.tsx';
import { LeaveGuard } from '../../../ui/leave-guard.tsx';
import { Page } from '../../../ui/page.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { RegionSelect } from '../region-select.tsx';
import { useRegion } from '../regions.ts';

const route = getRouteApi('/shell/keys/secret');
const ALIAS = /^[a-zA-Z0-9/_-]{1,250}$/;
/** As IBM Key Protect bounds those of a standard key, in bytes. */
const MAX_BYTES = 7_500;

type Source = 'typed' | 'file' | 'made';
const SOURCES: readonly { readonly source: Source; readonly label: string; readonly description: string }[] = [
  { source: 'typed', label: 'I type or paste it', description: 'A password, a token, a connection string.' },
  { source: 'file', label: 'It is in a file', description: 'Its bytes as they are: a key of another system.' },
  { source: 'made', label: 'Make one', description: '32 random bytes, made by the server.' },
];

/** Stores what is no key of Keystead: it can be read again, by those who may. */
export function StoreSecretPage() {
  const api = useApi();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [region, setRegion] = useState(useRegion(route.useSearch().region));
  const [alias, setAlias] = useState('');
  const [description, setDescription] = useState('');
  const [source, setSource] = useState<Source>('typed');
  const [typed, setTyped] = useState('');
  const [file, setFile] = useState<File | null>(null);
  const bytes = new TextEncoder().encode(typed).length;
  const size = source === 'typed' ? bytes : (file?.size ?? 0);
  const tooLong = size > MAX_BYTES ? `It has ${size} bytes, and a secret at most ${MAX_BYTES}` : undefined;
  const isReady = ALIAS.test(alias) && region !== '' && (source === 'made' || (size > 0 && tooLong === undefined));
  const isBegun = alias !== '' || description !== '' || typed !== '' || file !== null;
  const store = useMutation({
    mutationFn: async () => {
      const content = source === 'file' ? new Uint8Array((await file?.arrayBuffer()) ?? new ArrayBuffer(0)) : undefined;
      const value = source === 'typed' ? new TextEncoder().encode(typed) : content;
      try {
        return await api.createSecret(region, {
          aliases: [`alias/${alias}`],
          description,
          ...(value && { value: value.toBase64() }),
        });
      } finally {
        value?.fill(0);
      }
    },
    onSuccess: async ({ keyId }) => {
      setTyped('');
      await queries.invalidateQueries({ queryKey: ['keys'] });
      notifications.show({ message: 'The secret is kept.' });
      await navigate({ to: '/keys/$region/$keyId', params: { region, keyId } });
    },
  });
  return (
    <Page
      title="Store a secret"
      about="What IBM Key Protect calls a standard key: kept encrypted, and read again by whoever may. Nothing is computed with it. A key that is to protect data is made as a key: that one never leaves."
    >
      <LeaveGuard isUnsaved={isBegun && !store.isPending}>The secret was not stored yet.</LeaveGuard>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          store.mutate();
        }}
      >
        <Stack maw={860}>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <RegionSelect region={region} onChange={setRegion} description="It is kept there." />
            <TextInput
              label="Alias"
              description="What people and programs call it."
              placeholder="database"
              value={alias}
              onChange={(event) => setAlias(event.currentTarget.value.replace(/^alias\//, ''))}
              error={alias === '' || ALIAS.test(alias) ? undefined : 'Letters, digits, / _ and - only'}
            />
          </SimpleGrid>
          <Textarea
            label="Description"
            placeholder="What it opens, and whom to ask"
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
            autosize
          />
          <Radio.Group
            label="Where it comes from"
            value={source}
            onChange={(next) => {
              setSource(next as Source);
              setTyped('');
              setFile(null);
            }}
          >
            <Stack gap="xs" mt="xs">
              {SOURCES.map((one) => (
                <Radio key={one.source} value={one.source} label={one.label} description={one.description} />
              ))}
            </Stack>
          </Radio.Group>
          {source === 'typed' && (
            <PasswordInput
              label="Secret"
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
              error={tooLong}
              autoComplete="off"
              maw={480}
              visibilityToggleButtonProps={{ 'aria-label': 'Show the secret' }}
            />
          )}
          {source === 'file' && (
            <FileInput
              label="File"
              placeholder="Choose a file"
              value={file}
              onChange={setFile}
              error={tooLong}
              maw={480}
            />
          )}
          <ProblemNotice error={store.error} title="The secret was not stored" />
          <Command words={KEY_COMMANDS.createSecret(region, alias === '' ? 'alias/database' : `alias/${alias}`)} />
          <Group>
            <Button type="submit" disabled={!isReady} loading={store.isPending}>
              Store the secret
            </Button>
          </Group>
        </Stack>
      </form>
    </Page>
  );
}
