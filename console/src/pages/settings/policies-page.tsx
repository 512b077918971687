import type { InstancePolicies } from '@keystead/sdk';
import { Button, Checkbox, Group, Paper, Radio, Select, Stack, Switch, Text, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useEffectEvent } from 'react';
import { useApi, type Api } from '../../api/api.ts';
import { useAct } from '../../api/use-act.ts';
import { SETTINGS_COMMANDS } from '../../commands/settings-commands.ts';
import { Command } from '../../ui/command.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Section } from '../../ui/section.tsx';
import { Page } from '../../ui/page.tsx';
import { WholeNumber } from '../../ui/whole-number.tsx';
import { useRegions } from './use-regions.ts';

type Wanted = NonNullable<Parameters<Api['setInstancePolicies']>[1]>;

/** What holds for all keys of a region. */
export function PoliciesPage() {
  const regions = useRegions();
  const search = useSearch({ from: '/shell/settings/policies' });
  const navigate = useNavigate();
  const region = search.region ?? regions[0]?.region;
  return (
    <Page title="Instance policies" about="What holds for all keys of a region, whoever asks and by whichever API.">
      {region === undefined ? (
        <EmptyState title="There is no region yet">Open a region first: policies are those of a region.</EmptyState>
      ) : (
        <>
          <Select
            label="Region"
            w={260}
            allowDeselect={false}
            value={region}
            data={regions.map((one) => one.region)}
            onChange={(value) => void navigate({ to: '/settings/policies', search: { region: value as string } })}
          />
          <PoliciesForm key={region} region={region} />
          <Command words={SETTINGS_COMMANDS.showPolicies(region)} />
        </>
      )}
    </Page>
  );
}

interface Values {
  readonly dualAuthorization: boolean;
  readonly network: InstancePolicies['network'];
  readonly addresses: string;
  readonly rotates: boolean;
  readonly rotationMonths: number;
  readonly creation: InstancePolicies['creation'];
  readonly metrics: boolean;
}

const CREATION: readonly (readonly [keyof InstancePolicies['creation'], string])[] = [
  ['createWrapping', 'Keys may be made here'],
  ['importWrapping', 'Keys may be brought'],
  ['createSecret', 'Stored secrets may be made here'],
  ['importSecret', 'Stored secrets may be brought'],
  ['enforceToken', 'What is brought needs an import token'],
];

function valuesOf({
  dualAuthorization,
  network,
  addresses,
  rotationMonths,
  creation,
  metrics,
}: InstancePolicies): Values {
  return {
    dualAuthorization,
    network,
    addresses: addresses.join('\n'),
    rotates: rotationMonths !== undefined,
    rotationMonths: rotationMonths ?? 12,
    creation,
    metrics,
  };
}

/** What was changed here, and nothing else: somebody else may be changing the rest. */
function wantedOf(values: Values, isDirty: (path: string) => boolean): Wanted {
  const { dualAuthorization, network, addresses, rotates, rotationMonths, creation, metrics } = values;
  return {
    ...(isDirty('dualAuthorization') && { dualAuthorization }),
    ...(isDirty('network') && { network }),
    ...(isDirty('addresses') && { addresses: addresses.split(/[\s,]+/).filter((range) => range !== '') }),
    ...(CREATION.some(([name]) => isDirty(`creation.${name}`)) && { creation }),
    ...((isDirty('rotates') || isDirty('rotationMonths')) && { rotationMonths: rotates ? rotationMonths : 0 }),
    ...(isDirty('metrics') && { metrics }),
  };
}

function PoliciesForm({ region }: { readonly region: string }) {
  const api = useApi();
  const { data } = useSuspenseQuery({
    queryKey: ['instance-policies', region],
    queryFn: () => api.getInstancePolicies(region),
  });
  const form = useForm<Values>({ mode: 'controlled', initialValues: valuesOf(data) });
  const save = useAct({
    act: (client, wanted: Wanted) => client.setInstancePolicies(region, wanted),
    touches: [['instance-policies', region]],
    done: () => `What holds for the keys of ${region} is saved.`,
  });
  // What came meanwhile is shown, as long as nothing was changed here.
  const takeOver = useEffectEvent((read: InstancePolicies) => {
    if (form.isDirty()) return;
    form.setInitialValues(valuesOf(read));
    form.reset();
  });
  useEffect(() => takeOver(data), [data]);
  const hasNet = form.values.addresses.trim() !== '';
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        save.mutate(wantedOf(values, form.isDirty), {
          onSuccess: (saved) => {
            form.setInitialValues(valuesOf(saved));
            form.reset();
          },
        });
      })}
    >
      <Stack gap="lg">
        <Section title="Deletion">
          <Paper withBorder p="md">
            <Switch
              label="New keys are deleted by two people"
              description="Dual authorization: one asks, another one confirms within seven days. Keys that are there already keep what they have."
              {...form.getInputProps('dualAuthorization', { type: 'checkbox' })}
            />
          </Paper>
        </Section>
        <Section title="Network">
          <Paper withBorder p="md">
            <Stack>
              <Radio.Group label="Reached by" {...form.getInputProps('network')}>
                <Stack gap="xs" mt="xs">
                  <Radio value="public-and-private" label="Public and private addresses" />
                  <Radio value="private-only" label="Private addresses alone" />
                </Stack>
              </Radio.Group>
              <Textarea
                label="Allowed addresses"
                description="CIDR blocks, one on each line. None: from everywhere."
                placeholder="10.0.0.0/8"
                autosize
                minRows={2}
                spellCheck={false}
                {...form.getInputProps('addresses')}
              />
              {hasNet && (
                <Text size="sm">
                  Whoever uses keys from elsewhere is refused from the answer on. This page and the command line stay
                  open, so that it can be taken back.
                </Text>
              )}
            </Stack>
          </Paper>
        </Section>
        <Section title="Making keys">
          <Paper withBorder p="md">
            <Stack gap="sm">
              {CREATION.map(([name, label]) => (
                <Checkbox key={name} label={label} {...form.getInputProps(`creation.${name}`, { type: 'checkbox' })} />
              ))}
            </Stack>
          </Paper>
        </Section>
        <Section title="Rotation">
          <Paper withBorder p="md">
            <Group align="flex-end">
              <Switch
                label="New keys are rotated by themselves"
                {...form.getInputProps('rotates', { type: 'checkbox' })}
              />
              {form.values.rotates && (
                <WholeNumber
                  label="Every how many months"
                  min={1}
                  max={12}
                  w={180}
                  value={form.values.rotationMonths}
                  onChange={(months) => form.setFieldValue('rotationMonths', months)}
                />
              )}
            </Group>
          </Paper>
        </Section>
        <Section title="Metrics">
          <Paper withBorder p="md">
            <Switch
              label="Count what is asked of this instance"
              description="Requests of IBM Key Protect by the minute, their statuses and how long they took: keystead instance metrics"
              {...form.getInputProps('metrics', { type: 'checkbox' })}
            />
          </Paper>
        </Section>
        <ProblemNotice error={save.error} title="Nothing was saved" />
        <Group>
          <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
