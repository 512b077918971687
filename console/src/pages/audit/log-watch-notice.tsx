import { Alert, Button, Group, List, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAlertOctagon, IconShieldCheck } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '../../api/api.ts';
import { isRefused } from '../../api/problem.ts';
import { useWhoAmI } from '../../api/who-am-i.ts';
import { countOf } from '../../ui/amounts.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { CopyText } from '../../ui/copy-text.tsx';
import { Facts } from '../../ui/facts.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Time } from '../../ui/time.tsx';
import type { LogName } from './audit-search.ts';
import { saveText } from '../../ui/save-file.ts';
import { forgetKept } from './kept-checkpoint.ts';
import { keptName, logWatchQuery } from './log-watch-query.ts';
import type { LogWatch } from './watch-log.ts';
import { sentence } from '../../ui/sentence.ts';

/** Says whether the log has only grown since this browser saw it last; loudly, where it has not. */
export function LogWatchNotice({ log }: { readonly log: LogName }) {
  const api = useApi();
  const { tenantId } = useWhoAmI();
  const { data: watch, error } = useQuery(logWatchQuery(api, log, tenantId));
  // Whoever may not read the log is told so by the page itself.
  if (error !== null && !isRefused(error))
    return <ProblemNotice error={error} title="It is not proved that the log has only grown" />;
  if (watch === undefined || watch.kind === 'new') return null;
  if (watch.kind === 'first' || watch.kind === 'grown') return <Quiet watch={watch} />;
  return <Loud watch={watch} log={log} name={keptName(log, tenantId)} />;
}

function Quiet({ watch }: { readonly watch: Extract<LogWatch, { readonly kind: 'first' | 'grown' }> }) {
  const { size, since } = watch.kept;
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start" data-log-watch={watch.kind}>
      <IconShieldCheck size={18} aria-hidden style={{ flexShrink: 0, marginTop: 2 }} />
      <Text size="sm">
        {watch.kind === 'first' ? (
          <>
            {countOf(size, 'entry', 'entries')}, signed <Time at={watch.signedAt} />. This browser sees the log for the
            first time: it trusts the key of the signature from now on, and will say if the log ever loses an entry.
          </>
        ) : (
          <>
            {countOf(size, 'entry', 'entries')}, signed <Time at={watch.signedAt} />. Proved in this browser: the log
            has only grown since you were here last. The key of the signature is the one that this browser first saw{' '}
            <Time at={since} />.
          </>
        )}
      </Text>
    </Group>
  );
}

const WARNINGS: Readonly<Record<'key-changed' | 'shrunk' | 'rewritten', { title: string; says: string }>> = {
  'key-changed': {
    title: 'Another key signs this log',
    says: 'The signature is not of the key that this browser has trusted so far. Either this is another installation at the same address, or somebody put another log in its place.',
  },
  shrunk: {
    title: 'This log has lost entries',
    says: 'It has fewer entries than this browser has seen, signed. An older copy of the data folder may have been put back, or entries were removed.',
  },
  rewritten: {
    title: 'This log was rewritten',
    says: 'It does not begin with the entries that this browser has seen, signed.',
  },
};

interface LoudProps {
  readonly watch: Extract<LogWatch, { readonly kind: 'key-changed' | 'shrunk' | 'rewritten' }>;
  readonly log: LogName;
  readonly name: string;
}

function Loud({ watch, log, name }: LoudProps) {
  const queries = useQueryClient();
  const [isOpen, { open, close }] = useDisclosure(false);
  const { title, says } = WARNINGS[watch.kind];
  const { kept } = watch;
  return (
    <Alert
      color="red"
      variant="filled"
      bg="red.9"
      styles={{ label: { color: 'var(--mantine-color-white)' } }}
      role="alert"
      title={title}
      icon={<IconAlertOctagon aria-hidden />}
      data-log-watch={watch.kind}
    >
      <Stack gap="sm">
        <Text size="sm">{says}</Text>
        {detailOf(watch)}
        <Text size="sm" component="div">
          What to do:
          <List size="sm" c="white">
            <List.Item>Keep the checkpoint that this browser has: it is the evidence.</List.Item>
            <List.Item>
              Ask whoever runs the server whether a backup was put back or the server was set up anew.
            </List.Item>
            <List.Item>
              Have them run <code>keystead audit verify --checkpoint kept-checkpoint.txt</code> beside the data.
            </List.Item>
            <List.Item>Until it is explained, do not take what this log shows, or lacks, for the truth.</List.Item>
          </List>
        </Text>
        <Group gap="sm">
          <Button
            variant="white"
            color="dark"
            size="xs"
            onClick={() => saveText('kept-checkpoint.txt', kept.checkpoint)}
          >
            Download the kept checkpoint
          </Button>
          <Button variant="outline" color="white" size="xs" onClick={open}>
            It is explained: trust the log as it is now
          </Button>
        </Group>
      </Stack>
      <Confirm
        isOpen={isOpen}
        onClose={close}
        title="Trust this log as it is now?"
        verb="Forget what was kept"
        isDangerous
        typed="trust"
        onConfirm={async () => {
          forgetKept(name);
          await queries.invalidateQueries({ queryKey: ['audit', 'watch', log] });
        }}
      >
        <Stack gap="sm">
          <Text size="sm">
            This browser forgets the key and the checkpoint that it kept since <Time at={kept.since} /> (
            {countOf(kept.size, 'entry', 'entries')}), and cannot tell afterwards what was lost before. Download the
            kept checkpoint first.
          </Text>
        </Stack>
      </Confirm>
    </Alert>
  );
}

function detailOf(watch: LoudProps['watch']): ReactNode {
  if (watch.kind === 'key-changed') {
    return (
      <Facts
        facts={[
          ['Trusted', <CopyText key="kept" text={watch.kept.verifierKey} label="the key that was trusted" />],
          ['Signs now', <CopyText key="now" text={watch.nowKey} label="the key that signs now" />],
        ]}
      />
    );
  }
  if (watch.kind === 'shrunk') {
    return (
      <Text size="sm">
        This browser saw {countOf(watch.kept.size, 'entry', 'entries')}. {sentence(watch.says)}
      </Text>
    );
  }
  return <Text size="sm">{watch.steps.find(({ holds }) => !holds)?.says}</Text>;
}
