import type { Run } from '@keystead/sdk';
import { Group, Paper, Stack, Text } from '@mantine/core';
import { ButtonLink } from '../../../ui/links.tsx';
import { Section } from '../../../ui/section.tsx';
import { isOpen } from '../api/vault-queries.ts';
import { runName, runSubject } from '../words/run-words.ts';
import { RunProgress } from './run-progress.tsx';

/** What is in flight. */
export function OpenRuns({ runs }: { readonly runs: readonly Run[] }) {
  const open = runs.filter(isOpen);
  if (open.length === 0) return null;
  return (
    <Section title="Running now">
      {open.map((run) => (
        <Paper key={run.runId} withBorder p="md">
          <Stack gap="xs">
            <Group justify="space-between">
              <Text fw={600}>
                {runName(run)} {runSubject(run)}
              </Text>
              <ButtonLink
                to="/environments/$environmentId/runs/$runId"
                params={{ environmentId: run.environmentId, runId: run.runId }}
                size="xs"
                variant="default"
              >
                Follow it
              </ButtonLink>
            </Group>
            <RunProgress run={run} />
          </Stack>
        </Paper>
      ))}
    </Section>
  );
}
