import type { Environment, Run, Source } from '@keystead/sdk';
import { Paper, Stack, Stepper, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { ActButton } from '../../ui/act-button.tsx';
import { ButtonLink } from '../../ui/links.tsx';
import { useStartRun } from './runs/use-start-run.ts';

interface FirstStepsProps {
  readonly environment: Environment;
  readonly sources: readonly Source[];
  readonly runs: readonly Run[];
}

/** The way from a new environment to a backup that was proven: there until that is done. */
export function FirstSteps({ environment, sources, runs }: FirstStepsProps) {
  const { environmentId, lastProvenRestorable } = environment;
  const backUp = useStartRun(environmentId, (api, sourceId: string) => api.startBackup(environmentId, { sourceId }));
  const drill = useStartRun(environmentId, (api) => api.startVerification(environmentId, { level: 'drill' }));
  const hasBackup =
    sources.some(({ lastGoodBackup }) => lastGoodBackup !== undefined) ||
    runs.some(({ kind, state }) => kind === 'backup' && state === 'succeeded');
  if (lastProvenRestorable.length > 0) return null;
  const step = hasBackup ? 2 : sources.length > 0 ? 1 : 0;
  const [first] = sources;
  return (
    <Paper withBorder p="lg" component="section" aria-label="First steps">
      <Stack gap="md">
        <Title order={2} size="h4">
          First steps
        </Title>
        <Stepper active={step} size="sm" iconSize={28} allowNextStepsSelect={false} wrap>
          <Stepper.Step component="div" label="Add a source" description="What is backed up" />
          <Stepper.Step component="div" label="Back it up" description="Encrypted before it leaves" />
          <Stepper.Step component="div" label="Prove a restore" description="A drill that writes nothing" />
        </Stepper>
        {step === 0 && (
          <Step text="Say what is to be backed up: a folder of the server, or the databases of a PostgreSQL server.">
            <ButtonLink to="/environments/$environmentId/sources" params={{ environmentId }}>
              Add a source
            </ButtonLink>
          </Step>
        )}
        {step === 1 && first !== undefined && (
          <Step
            text={`Make the first backup of ${first.name}. Everything is read once; later ones read what has changed.`}
          >
            <ActButton
              needs="keystead:StartBackup"
              loading={backUp.isPending}
              onClick={() => backUp.mutate(first.sourceId)}
            >
              Back up {first.name} now
            </ActButton>
          </Step>
        )}
        {step === 2 && (
          <Step text="A drill opens every envelope with each master key and reads files back. Nothing is written anywhere.">
            <ActButton
              needs="keystead:StartVerification"
              loading={drill.isPending}
              onClick={() => drill.mutate(undefined)}
            >
              Prove a restore
            </ActButton>
          </Step>
        )}
      </Stack>
    </Paper>
  );
}

function Step({ text, children }: { readonly text: string; readonly children: ReactNode }) {
  return (
    <Stack gap="xs" align="flex-start">
      <Text size="sm" c="dimmed">
        {text}
      </Text>
      {children}
    </Stack>
  );
}
