import { Alert, Button, List, Stack, Text, TextInput } from '@mantine/core';
import type { UseMutationResult } from '@tanstack/react-query';
import type { Key } from '@keystead/sdk';
import { problemOf } from '../../../api/problem.ts';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { isAboutMaterial } from './bring-acts.ts';
import type { Plan } from './plan.ts';
import { StepButtons } from './step-buttons.tsx';

interface SendStepProps {
  readonly plan: Plan;
  readonly onChange: (plan: Plan) => void;
  readonly send: UseMutationResult<Key, Error, void>;
  readonly onBack: () => void;
}

/** Wraps the material in this browser, and sends what was wrapped. */
export function SendStep({ plan, onChange, send, onBack }: SendStepProps) {
  return (
    <Stack maw={860}>
      <Text size="sm" component="div">
        What happens when you go on:
        <List size="sm" mt={4} type="ordered">
          {plan.way === 'aws' && plan.key === undefined && (
            <List.Item>A key is made in {plan.region} that waits for material.</List.Item>
          )}
          <List.Item>
            The server makes a wrapping key of 4096 bits for this import alone, and sends its public half here
            {plan.way === 'ibm' && ', with a nonce'}.
          </List.Item>
          <List.Item>
            This browser wraps your material under it (RSA-OAEP with SHA-256)
            {plan.way === 'ibm' && ', and encrypts the nonce under your material'}. What leaves this machine opens
            nowhere but inside the server.
          </List.Item>
          <List.Item>The material is wiped from this page, and both check values are compared.</List.Item>
        </List>
      </Text>
      {plan.way === 'aws' && <ExpiryField plan={plan} onChange={onChange} />}
      <SendProblem error={send.error} onBack={onBack} />
      <StepButtons onBack={onBack} onNext={() => send.mutate()} next="Wrap and send" isBusy={send.isPending} />
    </Stack>
  );
}

/** When the material is to be forgotten. */
export function ExpiryField({ plan, onChange }: Pick<SendStepProps, 'plan' | 'onChange'>) {
  return (
    <TextInput
      type="date"
      label="The material expires on"
      description="Optional, within a year. From the beginning of that day on, here, the key works for nothing until the same material is imported again."
      value={plan.expires}
      onChange={(event) => onChange({ ...plan, expires: event.currentTarget.value })}
      maw={320}
    />
  );
}

interface SendProblemProps {
  readonly error: Error | null;
  /** The way to other material, where this page has it. */
  readonly onBack?: () => void;
  /** Where material is wrapped elsewhere: a token that has expired is replaced by another. */
  readonly onAnew?: () => void;
}

/** What the server refused, and the way to where that is mended. Nothing that was typed or chosen is lost. */
export function SendProblem({ error, onBack, onAnew }: SendProblemProps) {
  if (error === null) return null;
  const { code } = problemOf(error);
  const isMaterial = isAboutMaterial(code);
  return (
    <Stack gap="xs">
      <ProblemNotice error={error} title="The material was not taken" />
      {isMaterial && (
        <Alert color="yellow" variant="outline" title="It is about the material itself" c="var(--mantine-color-text)">
          {onBack === undefined ? (
            'Wrap other material under the same wrapping key, and choose that file.'
          ) : (
            <Button variant="default" size="compact-sm" onClick={onBack}>
              Choose other material
            </Button>
          )}
        </Alert>
      )}
      {!isMaterial && onAnew && (
        <div>
          <Button variant="default" size="compact-sm" onClick={onAnew}>
            Get another wrapping key
          </Button>
        </div>
      )}
    </Stack>
  );
}
