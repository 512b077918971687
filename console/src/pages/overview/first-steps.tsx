import type { Overview } from '@keystead/sdk';
import { Button, Group, Paper, Stack, Stepper, Text, Title } from '@mantine/core';
import { usePutAside } from '../first-steps/put-aside.ts';
import { stepsOf, type Step } from '../first-steps/steps.tsx';

/** The way of a new installation, there until it was gone to its end or somebody put it aside. */
export function FirstSteps({ overview }: { readonly overview: Overview }) {
  const [isAside, setAside] = usePutAside();
  const steps = stepsOf(overview);
  const active = steps?.findIndex(({ isDone }) => !isDone) ?? -1;
  if (steps === undefined || active < 0 || isAside) return null;
  const step = steps[active] as Step;
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="first-steps-title">
      <Stack gap="md">
        <Group justify="space-between">
          <Title order={2} size="h4" id="first-steps-title">
            First steps
          </Title>
          <Button variant="subtle" size="compact-sm" onClick={() => setAside(true)}>
            Put aside
          </Button>
        </Group>
        <Stepper active={active} size="sm" iconSize={28} allowNextStepsSelect={false} wrap>
          {steps.map(({ title }) => (
            <Stepper.Step key={title} component="div" label={title} />
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
