import type { AuditEntryWhole } from '@keystead/sdk';
import { Paper, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useApi } from '../../api/api.ts';
import { AUDIT_COMMANDS } from '../../commands/audit-commands.ts';
import { Command } from '../../ui/command.tsx';
import { CopyText } from '../../ui/copy-text.tsx';
import { Facts } from '../../ui/facts.tsx';
import { ForeignText, harmless } from '../../ui/foreign-text.tsx';
import { TextLink } from '../../ui/links.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Page } from '../../ui/page.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { exactTime } from '../../ui/clock.ts';
import { Time } from '../../ui/time.tsx';
import type { LogName } from './audit-search.ts';
import { DetailTree } from './detail-tree.tsx';
import { actionWords, OUTCOMES, principalWords, PROTOCOLS } from './entry-words.ts';
import { logApi } from './log-api.ts';
import { ProofPanel } from './proof-panel.tsx';

/** One entry's whole story, and the proof of it. */
export function EntryPage() {
  const params = useParams({ from: '/shell/audit/$log/$index' });
  const api = useApi();
  const log: LogName = params.log === 'installation' ? 'installation' : 'tenant';
  const index = /^\d{1,15}$/.test(params.index) ? Number(params.index) : -1;
  const { data, error } = useQuery({
    queryKey: ['audit', 'entry', log, index],
    queryFn: () => logApi(api, log).entry(index),
    enabled: index >= 0,
  });
  const title = data === undefined ? `Entry ${params.index}` : `${actionWords(data.entry.action)}, entry ${index}`;
  return (
    <Page
      title={title}
      about={data && `${harmless(principalWords(data.entry.principal))}, ${exactTime(data.entry.time)}`}
      actions={
        <TextLink to="/audit" search={log === 'installation' ? { log } : {}} size="sm">
          All entries
        </TextLink>
      }
    >
      <ProblemNotice error={error} title="This entry cannot be shown" />
      {index < 0 && (
        <ProblemNotice error={new Error('an entry has a number, from 0 on')} title="There is no such entry" />
      )}
      {data === undefined && !error && index >= 0 && <Loading lines={8} />}
      {data !== undefined && (
        <>
          <Story whole={data} log={log} />
          <ProofPanel key={`${log} ${index}`} log={log} index={index} shown={data} />
          <Whole whole={data} />
          <SameRequest whole={data} log={log} />
          <Command words={AUDIT_COMMANDS.entry(log, params.index)} />
        </>
      )}
    </Page>
  );
}

function Story({ whole: { entry, keyName }, log }: { readonly whole: AuditEntryWhole; readonly log: LogName }) {
  const { outcome, reason, refusal, key, region } = entry;
  const keyId = key?.replace(/@.*$/s, '');
  const filter = log === 'installation' ? { log } : {};
  return (
    <Paper withBorder p="lg">
      <Facts
        facts={[
          [
            'Outcome',
            <span key="outcome">
              <StateBadge tone={OUTCOMES[outcome].tone}>{OUTCOMES[outcome].name}</StateBadge>{' '}
              {reason !== undefined && <ForeignText text={reason} />}
            </span>,
          ],
          ['Why', refusal !== undefined && <ForeignText text={refusal} max={400} />],
          ['When', <Time key="when" at={entry.time} />],
          [
            'Who',
            <TextLink key="who" to="/audit" search={{ ...filter, principal: entry.principal }} size="sm">
              <ForeignText text={entry.principal} />
            </TextLink>,
          ],
          ['Action', <code key="action">{harmless(entry.action)}</code>],
          [
            'Key',
            keyId !== undefined && (
              <span key="key">
                {keyName !== undefined && (
                  <>
                    <ForeignText text={keyName} />,{' '}
                  </>
                )}
                <TextLink to="/audit" search={{ ...filter, key: keyId }} size="sm">
                  {harmless(keyId)}
                </TextLink>
              </span>
            ),
          ],
          ['Version of the key', entry.keyVersion],
          ['Region', region],
          ['Thing', entry.resource !== undefined && <ForeignText text={entry.resource} max={300} />],
          ['From', entry.address !== undefined && <ForeignText text={entry.address} />],
          ['By', entry.protocol !== undefined && (PROTOCOLS[entry.protocol] ?? entry.protocol)],
          ['Program', entry.userAgent !== undefined && <ForeignText text={entry.userAgent} max={160} />],
          ['Credential', entry.credential !== undefined && harmless(entry.credential)],
          ['Request', <CopyText key="request" text={entry.requestId} label="the id of the request" />],
          ['Id of the entry', <CopyText key="id" text={entry.id} label="the id of the entry" />],
        ]}
      />
    </Paper>
  );
}

/** What was hashed, to the letter, and the details beside it. */
function Whole({ whole: { leaf, details } }: { readonly whole: AuditEntryWhole }) {
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        Details
      </Title>
      {details === undefined ? (
        <Text size="sm" c="dimmed">
          The details of this entry were erased. What the log vouches for stays: who did what, when, and with which
          outcome.
        </Text>
      ) : (
        <DetailTree json={details} />
      )}
      <Title order={2} size="h4">
        As it stands in the log
      </Title>
      <pre className="ks-code ks-leaf" tabIndex={0} role="region" aria-label="The entry as it stands in the log">
        {harmless(leaf)}
      </pre>
    </Stack>
  );
}

function SameRequest({ whole: { sameRequest }, log }: { readonly whole: AuditEntryWhole; readonly log: LogName }) {
  if (sameRequest.length === 0) return null;
  return (
    <Stack gap="xs">
      <Title order={2} size="h4">
        Of the same request
      </Title>
      {sameRequest.map(({ index, action, outcome }) => (
        <Text key={index} size="sm">
          <TextLink to="/audit/$log/$index" params={{ log, index: String(index) }} size="sm">
            {actionWords(action)}, entry {index}
          </TextLink>
          : {OUTCOMES[outcome].name.toLowerCase()}
        </Text>
      ))}
    </Stack>
  );
}
