import type { AuditEntryWhole } from '@keystead/sdk';
import { Button, Group, List, Paper, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconCheck, IconDownload, IconShieldCheck, IconX } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useApi } from '../../api/api.ts';
import { AUDIT_COMMANDS } from '../../commands/audit-commands.ts';
import { Command } from '../../ui/command.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import type { LogName } from './audit-search.ts';
import { saveText } from '../../ui/save-file.ts';
import { logApi } from './log-api.ts';
import { LogWatchNotice } from './log-watch-notice.tsx';
import { verifyInBrowser, type ProofStep } from './verify-in-browser.ts';

interface ProofPanelProps {
  readonly log: LogName;
  readonly index: number;
  /** The entry as the page shows it. */
  readonly shown: AuditEntryWhole;
}

/** Verifies the entry in this browser, and shows each step. */
export function ProofPanel({ log, index, shown }: ProofPanelProps) {
  const api = useApi();
  const queries = useQueryClient();
  const verify = useMutation({
    mutationFn: () => verifyInBrowser(logApi(api, log), index, shown),
    onSettled: () => queries.invalidateQueries({ queryKey: ['audit', 'watch', log] }),
  });
  const found = verify.data;
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="proof-title">
      <Stack>
        <Group justify="space-between">
          <Title order={2} size="h4" id="proof-title">
            Proof
          </Title>
          <Button
            leftSection={<IconShieldCheck size={16} aria-hidden />}
            loading={verify.isPending}
            onClick={() => verify.mutate()}
          >
            Verify in this browser
          </Button>
        </Group>
        <Text size="sm" c="dimmed">
          Your browser calculates by itself that this entry, to the letter, is in the log whose head the server signed.
          It takes nobody&apos;s word for it but that of the key.
        </Text>
        <Command words={AUDIT_COMMANDS.prove(log, String(index))} />
        <ProblemNotice error={verify.error} title="There is no proof" />
        <div role="status">
          {found !== undefined && (
            <Stack>
              <Group gap="sm">
                <StateBadge tone={found.isVerified ? 'good' : 'bad'}>
                  {found.isVerified ? 'Verified' : 'Not verified'}
                </StateBadge>
                <Text size="sm" fw={600}>
                  {found.isVerified
                    ? 'The entry is in the log, at its place, as it is shown here.'
                    : 'Do not rely on this entry: one of the steps does not hold.'}
                </Text>
              </Group>
              <List listStyleType="none" spacing="md" styles={{ itemWrapper: { alignItems: 'flex-start' } }}>
                {found.steps.map((step) => (
                  <Step key={`${step.title} ${step.says}`} step={step} />
                ))}
              </List>
            </Stack>
          )}
        </div>
        {found !== undefined && <LogWatchNotice log={log} />}
        {found?.isVerified === true && <WhatItProves />}
        {found?.evidence !== undefined && (
          <Group>
            <Button
              variant="default"
              leftSection={<IconDownload size={16} aria-hidden />}
              onClick={() => saveText(`audit-entry-${index}-proof.json`, found.evidence as string, 'application/json')}
            >
              Download the proof
            </Button>
          </Group>
        )}
      </Stack>
    </Paper>
  );
}

function Step({ step: { title, says, holds, values } }: { readonly step: ProofStep }) {
  return (
    <List.Item
      data-step={holds ? 'holds' : 'fails'}
      icon={
        <ThemeIcon size={22} radius="xl" color={holds ? 'keystead.8' : 'red.9'} aria-hidden>
          {holds ? <IconCheck size={14} /> : <IconX size={14} />}
        </ThemeIcon>
      }
    >
      <Text size="sm">
        <b>
          {title}
          {!holds && ' does not hold'}.
        </b>{' '}
        {says}
      </Text>
      {values
        .filter(([, value]) => value !== '')
        .map(([name, value]) => (
          <Text key={name} size="xs" c="dimmed" component="div" className="ks-proof-value">
            <span>{name}</span> <span className="ks-code">{value}</span>
          </Text>
        ))}
    </List.Item>
  );
}

function WhatItProves() {
  return (
    <Text size="sm" component="div">
      <b>What this proves, and what not.</b> The holder of the key signed a log with this entry at this place, and
      cannot take it back unseen. It does not prove that the key is the right one: compare the verifier key once with
      that which the people who run the server tell you in another way. And it proves what was written, not that the
      server wrote down everything: that each answer has its entry is a promise of the program.
    </Text>
  );
}
