import type { Overview } from '@keystead/sdk';
import { Paper, Stack, Stepper, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { ButtonLink } from '../../ui/links.tsx';

interface Step {
  readonly title: string;
  readonly about: string;
  readonly isDone: boolean;
  readonly action: ReactNode;
}

/** The way of a new installation, there until it was gone to its end: key, storage, backup, proven restore. */
export function FirstSteps({ overview }: { readonly overview: Overview }) {
  const { keys, environments } = overview;
  if (keys === undefined || environments === undefined) return null;
  const steps = stepsOf(overview);
  const active = steps.findIndex(({ isDone }) => !isDone);
  if (active < 0) return null;
  const step = steps[active] as Step;
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="first-steps-title">
      <Stack gap="md">
        <Title order={2} size="h4" id="first-steps-title">
          First steps
        </Title>
        <Stepper active={active} size="sm" iconSize={28} allowNextStepsSelect={false} wrap>
          {steps.map(({ title }) => (
            <Stepper.Step key={title} label={title} allowStepSelect={false} />
          ))}
        </Stepper>
        <Stack gap="sm" align="flex-start" maw={640}>
          <Text>{step.about}</Text>
          {step.action}
        </Stack>
      </Stack>
    </Paper>
  );
}

function stepsOf({ keys, environments }: Overview): readonly Step[] {
  const items = environments?.items ?? [];
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
      isDone: (keys?.count ?? 0) > 0 || items.length > 0,
      action: <ButtonLink to="/keys">Bring or make a key</ButtonLink>,
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
