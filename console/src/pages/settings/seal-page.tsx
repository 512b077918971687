import { List, Paper, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../api/api.ts';
import { useWhoAmI } from '../../api/who-am-i.ts';
import { AUDIT_COMMANDS } from '../../commands/audit-commands.ts';
import { SETTINGS_COMMANDS } from '../../commands/settings-commands.ts';
import { countOf } from '../../ui/amounts.ts';
import { Command } from '../../ui/command.tsx';
import { CopyText } from '../../ui/copy-text.tsx';
import { Facts } from '../../ui/facts.tsx';
import { TextLink } from '../../ui/links.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Section } from '../../ui/section.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { exactTime } from '../../ui/clock.ts';
import { Time } from '../../ui/time.tsx';
import { Page } from '../../ui/page.tsx';

/** What protects the installation, and whether it is well. */
export function SealPage() {
  const api = useApi();
  const { tenantName, accountId } = useWhoAmI();
  const status = useQuery({ queryKey: ['status'], queryFn: () => api.getStatus() });
  const checkpoint = useQuery({
    queryKey: ['audit', 'checkpoint', 'tenant'],
    queryFn: () => api.getAuditCheckpoint(),
  });
  return (
    <Page
      title="Seal and health"
      about="One file opens everything: the seal. Without it the data folder is noise, for thieves and for you."
    >
      <Section title="The seal">
        <Paper withBorder p="md">
          <Stack gap="sm">
            <div>
              <StateBadge tone="good">Open</StateBadge>
            </div>
            <Text size="sm">
              The server answers, so its seal is open. The seal protects the key of the installation, that the key of
              each tenant, that the key of each instance, and that your keys.
            </Text>
            <List size="sm" spacing={4}>
              <List.Item>
                Keep two copies of the seal file (KEYSTEAD_SEAL), apart from each other and never beside a copy of the
                data folder: whoever has both has everything.
              </List.Item>
              <List.Item>
                Back the data folder up with <code>keystead state backup</code>, often, and store it elsewhere. It is of
                no use to anybody without the seal.
              </List.Item>
              <List.Item>Try once a year to restore both on another machine. Nobody else can do it for you.</List.Item>
            </List>
          </Stack>
        </Paper>
        <Command words={SETTINGS_COMMANDS.backUpState('/mnt/copies/keystead')} />
      </Section>
      <Section title="The server">
        <ProblemNotice error={status.error} title="The server does not tell" />
        {status.data !== undefined && (
          <Facts
            facts={[
              ['Version', status.data.version],
              [
                'Installation',
                <CopyText key="id" text={status.data.installationId} label="the id of the installation" />,
              ],
              ['Its clock', `${exactTime(status.data.time)}${clockText(status.data.time, status.dataUpdatedAt)}`],
              ['Tenant', `${tenantName} (${accountId})`],
            ]}
          />
        )}
        <Command words={SETTINGS_COMMANDS.status()} />
      </Section>
      <Section
        title="The audit log"
        about="Every answer has its entry, and a signature over all of them is made a second or so later. Copies of the newest signatures lie beside the seal and in the folders of KEYSTEAD_WITNESS."
      >
        <ProblemNotice error={checkpoint.error} title="The newest checkpoint cannot be shown" />
        {checkpoint.data !== undefined && (
          <Facts
            facts={[
              ['Entries', countOf(checkpoint.data.size, 'entry', 'entries')],
              ['Last signed', <Time key="at" at={checkpoint.data.signedAt} />],
              [
                'Proved',
                <TextLink key="audit" to="/audit" size="sm">
                  The page of the log proves with each visit that it has only grown
                </TextLink>,
              ],
            ]}
          />
        )}
        <Text size="sm">
          Whoever runs the server verifies all logs, from the first entry to the records of today, beside the data:
        </Text>
        <Command words={AUDIT_COMMANDS.verify()} />
      </Section>
    </Page>
  );
}

const APART_MS = 5_000;

/** A clock that is wrong makes credentials end early or late. */
function clockText(time: string, readAtMs: number): string {
  const apart = Math.abs(Date.parse(time) - readAtMs);
  return apart < APART_MS ? ', as here' : `, ${Math.round(apart / 1000)} seconds apart from the clock here`;
}
