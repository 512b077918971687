import type { AccessExplanation, ExplainedGrant, ExplainedStatement } from '@keystead/sdk';
import { Alert, Stack, Text } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { DataTable, type Column } from '../../../ui/data-table.tsx';
import { OwnWays } from '../../../ui/own-ways.tsx';
import { Section } from '../../../ui/section.tsx';
import { REASONS, SOURCES } from './explain-words.ts';

const STATEMENTS: readonly Column<ExplainedStatement>[] = [
  {
    name: 'Statement',
    cell: ({ source, policy, statement, sid }) => (
      <Stack gap={0}>
        <Text size="sm" fw={600}>
          {SOURCES[source]}
        </Text>
        <Text size="xs" c="dimmed" className="ks-anywhere">
          {sid ?? `statement ${statement} of policy ${policy}`}
        </Text>
      </Stack>
    ),
  },
  { name: 'Effect', cell: ({ effect }) => (effect === 'Allow' ? 'Allows' : 'Forbids') },
  { name: 'Applies', cell: ({ matched }) => (matched ? 'Yes' : 'No') },
  { name: 'Because', cell: ({ detail, because }) => <span className="ks-anywhere">{detail ?? because}</span> },
];

const GRANTS: readonly Column<ExplainedGrant>[] = [
  { name: 'Grant', cell: ({ grantId }) => <span className="ks-code">{`${grantId.slice(0, 16)}…`}</span> },
  { name: 'Applies', cell: ({ matched }) => (matched ? 'Yes' : 'No') },
  { name: 'Because', cell: ({ because }) => because },
];

/** What came of the question, and everything that has to do with it: what applies first. */
export function Answer({ answer }: { readonly answer: AccessExplanation }) {
  const { allowed, reason, sid, principal, action, statements, grants } = answer;
  const name = principal.split('/').at(-1) ?? principal;
  return (
    <Stack gap="lg">
      <Alert
        color={allowed ? 'keystead' : 'red'}
        variant="outline"
        c="var(--mantine-color-text)"
        icon={allowed ? <IconCheck aria-hidden /> : <IconX aria-hidden />}
        title={`${allowed ? 'Yes' : 'No'}: ${name} ${allowed ? 'may' : 'may not'} ${action}`}
        data-allowed={allowed}
      >
        {REASONS[reason] ?? reason}
        {sid !== undefined && ` It is the statement "${sid}".`}
      </Alert>
      <OwnWays answer={answer} />
      {statements.length > 0 && (
        <Section title="Every statement that was looked at" about="One that forbids counts more than all that allow.">
          <DataTable
            caption="Statements"
            columns={STATEMENTS}
            rows={statements.toSorted((a, b) => Number(b.matched) - Number(a.matched))}
            idOf={({ source, policy, statement }) => `${source} ${policy} ${statement}`}
          />
        </Section>
      )}
      {grants.length > 0 && (
        <Section title="Grants on the key">
          <DataTable caption="Grants" columns={GRANTS} rows={grants} idOf={({ grantId }) => grantId} />
        </Section>
      )}
    </Stack>
  );
}
