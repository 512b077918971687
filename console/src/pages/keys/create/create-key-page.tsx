import {
  Accordion,
  Button,
  Group,
  MultiSelect,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { everyItem, type Principal } from '@keystead/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { useWhoAmI } from '../../../api/who-am-i.ts';
import { KEY_COMMANDS } from '../../../commands/key-commands.ts';
import { Command } from '../../../ui/command.tsx';
import { LeaveGuard } from '../../../ui/leave-guard.tsx';
import { Page } from '../../../ui/page.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { WholeNumber } from '../../../ui/whole-number.tsx';
import { policyFor } from '../policy/policy-for.ts';
import { PurposeChoice } from '../purpose-choice.tsx';
import { PURPOSES, purposeOf } from '../purposes.ts';
import { RegionSelect } from '../region-select.tsx';
import { useRegion } from '../regions.ts';
import { keyRingsQuery } from '../rings/key-rings-query.ts';
import { createKeyWith, type NewKeyPlan } from './create-key-act.ts';

const route = getRouteApi('/shell/keys/new');
const ALIAS = /^[a-zA-Z0-9/_-]{0,250}$/;
const ROTATION = { min: 90, max: 2560, default: 365 };

/** Makes a key whose material is made here. */
export function CreateKeyPage() {
  const asked = useRegion(route.useSearch().region);
  const api = useApi();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { accountId } = useWhoAmI();
  const [first] = useState<NewKeyPlan>({
    region: asked,
    purpose: 'encrypt',
    spec: 'aes-256',
    alias: '',
    description: '',
    tags: [],
    keyRing: 'default',
    isMultiRegion: false,
    rotationDays: undefined,
    users: [],
  });
  const [plan, setPlan] = useState(first);
  const set = (change: Partial<NewKeyPlan>): void => setPlan((before) => ({ ...before, ...change }));
  const { usage } = purposeOf(plan.purpose);
  const isAliasFit = ALIAS.test(plan.alias);
  const create = useMutation({
    mutationFn: () => createKeyWith(api, plan, (users) => policyFor(accountId, usage, users)),
    onSuccess: async ({ key, problems }) => {
      await queries.invalidateQueries({ queryKey: ['keys'] });
      notifications.show(
        problems.length === 0
          ? { message: 'The key is there, and works.' }
          : {
              color: 'yellow',
              autoClose: false,
              title: 'The key is there, but not all of it',
              message: problems.join(' '),
            },
      );
      await navigate({ to: '/keys/$region/$keyId', params: { region: key.region, keyId: key.keyId } });
    },
  });
  return (
    <Page
      title="Create a key"
      about="Keystead makes its material, which never leaves. To keep a copy of your own, bring a key instead."
    >
      <LeaveGuard isUnsaved={plan !== first && !create.isPending}>The key was not made yet.</LeaveGuard>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Stack maw={860}>
          <PurposeChoice
            purposes={PURPOSES}
            purpose={plan.purpose}
            spec={plan.spec}
            specsOf={({ specs }) => specs}
            onChange={(purpose, spec) => set({ purpose, spec, ...(spec !== 'aes-256' && { rotationDays: undefined }) })}
          />
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <RegionSelect
              region={plan.region}
              onChange={(region) => set({ region, keyRing: 'default' })}
              description="The key never leaves it."
            />
            <TextInput
              label="Alias"
              description="What people and programs call it. Can be changed later."
              placeholder="payroll"
              value={plan.alias}
              onChange={(event) => set({ alias: event.currentTarget.value.replace(/^alias\//, '') })}
              error={isAliasFit ? undefined : 'Letters, digits, / _ and - only'}
            />
          </SimpleGrid>
          <Textarea
            label="Description"
            placeholder="What it protects, and whom to ask"
            value={plan.description}
            onChange={(event) => set({ description: event.currentTarget.value })}
            autosize
          />
          <UsersField users={plan.users} onChange={(users) => set({ users })} />
          <Accordion variant="contained" order={2}>
            <Accordion.Item value="more">
              <Accordion.Control>Rotation, ring, tags, other regions</Accordion.Control>
              <Accordion.Panel>
                <MoreFields plan={plan} onChange={set} />
              </Accordion.Panel>
            </Accordion.Item>
          </Accordion>
          <ProblemNotice error={create.error} title="The key was not made" />
          <Command words={commandOf(plan, usage)} />
          <Group>
            <Button type="submit" loading={create.isPending} disabled={!isAliasFit || plan.region === ''}>
              Create the key
            </Button>
          </Group>
        </Stack>
      </form>
    </Page>
  );
}

/** It grows as one types. */
function commandOf({ region, spec, alias, description, tags, keyRing, isMultiRegion }: NewKeyPlan, usage: string) {
  return [
    ...KEY_COMMANDS.create(region, spec, usage),
    ...(alias === '' ? [] : ['--alias', `alias/${alias}`]),
    ...(description === '' ? [] : ['--description', description]),
    ...(tags.length === 0 ? [] : ['--tag', ...tags]),
    ...(keyRing === 'default' ? [] : ['--ring', keyRing]),
    ...(isMultiRegion ? ['--multi-region'] : []),
  ];
}

function UsersField({
  users,
  onChange,
}: {
  readonly users: readonly string[];
  readonly onChange: (users: readonly string[]) => void;
}) {
  const api = useApi();
  const principals = useQuery({
    queryKey: ['principals', 'all'],
    queryFn: () => Array.fromAsync(everyItem<Principal>((after) => api.listPrincipals({ after }))),
  });
  return (
    <MultiSelect
      label="Who may use it"
      description="Those named here by the policy of the key. None: whoever a role or policy of yours lets use keys."
      placeholder={users.length === 0 ? 'Whoever has a role for it' : ''}
      data={(principals.data ?? []).map(({ arn, name }) => ({ value: arn, label: name }))}
      value={[...users]}
      onChange={onChange}
      searchable
      disabled={principals.data === undefined}
      clearButtonProps={{ 'aria-label': 'Nobody by name' }}
    />
  );
}

interface MoreFieldsProps {
  readonly plan: NewKeyPlan;
  readonly onChange: (change: Partial<NewKeyPlan>) => void;
}

function MoreFields({ plan, onChange }: MoreFieldsProps) {
  const rings = useQuery(keyRingsQuery(useApi(), plan.region)).data ?? [];
  const rotates = plan.spec === 'aes-256';
  return (
    <Stack>
      <Group align="flex-end">
        <Switch
          label="Rotate by itself"
          description={
            rotates
              ? 'New material every so many days; what was encrypted before still opens.'
              : 'Only AES keys rotate.'
          }
          checked={plan.rotationDays !== undefined}
          disabled={!rotates}
          onChange={(event) => onChange({ rotationDays: event.currentTarget.checked ? ROTATION.default : undefined })}
        />
        {plan.rotationDays !== undefined && (
          <WholeNumber
            label="Every so many days"
            min={ROTATION.min}
            max={ROTATION.max}
            value={plan.rotationDays}
            onChange={(days) => onChange({ rotationDays: days })}
            w={160}
          />
        )}
      </Group>
      <Select
        label="Key ring"
        description="A group of keys over which rights are given."
        data={rings.length === 0 ? ['default'] : rings.map(({ keyRing }) => keyRing)}
        value={plan.keyRing}
        onChange={(keyRing) => onChange({ keyRing: keyRing ?? 'default' })}
        allowDeselect={false}
        maw={360}
      />
      <TagsInput
        label="Tags"
        description="name=value, Enter after each"
        value={[...plan.tags]}
        onChange={(tags) => onChange({ tags })}
        clearButtonProps={{ 'aria-label': 'No tags' }}
      />
      <Switch
        label="Multi-Region key"
        description="May get replicas with the same material in other regions. This cannot be changed later."
        checked={plan.isMultiRegion}
        onChange={(event) => onChange({ isMultiRegion: event.currentTarget.checked })}
      />
      <Text size="xs" c="dimmed">
        Everything here but the last can be changed at any time.
      </Text>
    </Stack>
  );
}
