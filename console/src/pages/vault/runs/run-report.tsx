import type { Run, RunReport as Report } from '@keystead/sdk';
import { Alert, Code, List, SimpleGrid, Stack, Text } from '@mantine/core';
import { countOf, durationText, sizeText } from '../../../ui/amounts.ts';
import { DataTable, type Column } from '../../../ui/data-table.tsx';
import { Facts } from '../../../ui/facts.tsx';
import { harmless } from '../../../ui/foreign-text.tsx';
import { Section } from '../../../ui/section.tsx';
import { Time } from '../../../ui/time.tsx';
import { keyCallsText, reportFacts } from './report-facts.ts';

type Problem = NonNullable<Report['problems']>[number];

const PROBLEM_COLUMNS: readonly Column<Problem>[] = [
  { name: 'Path', cell: ({ path }) => <span className="ks-code">{harmless(path)}</span> },
  { name: 'Why', cell: ({ code }) => code.replaceAll('-', ' ') },
];

/** What came of a run. */
export function RunReport({ run, report }: { readonly run: Run; readonly report: Report }) {
  const { warnings = [], findings = [], problems = [], problemCount = 0, drill, keyCalls, proven, databases } = report;
  return (
    <Stack gap="lg">
      {findings.length > 0 && (
        <Alert color="red" title={`${countOf(report.findingCount ?? findings.length, 'finding')}`}>
          <List size="sm">
            {findings.map(({ code, subject, text }) => (
              <List.Item key={`${code} ${subject}`}>
                <strong>{code.replaceAll('-', ' ')}</strong>: {text} <span className="ks-code">{subject}</span>
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
      {warnings.length > 0 && (
        <Alert color="yellow" title="To know">
          <List size="sm">
            {warnings.map((warning) => (
              <List.Item key={warning}>{warning}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Section title="Report">
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <Facts facts={reportFacts(report)} />
          <Facts
            facts={[
              ['Snapshot', report.snapshotId && <span className="ks-code">{report.snapshotId}</span>],
              ['Compared with', report.parent && <span className="ks-code">{report.parent}</span>],
              ['Taken', report.takenAt && <Time at={report.takenAt} />],
              ['Databases', databases?.join(', ')],
              ['Master keys were asked', keyCalls && keyCallsText(keyCalls)],
              ['Locked until', report.lockedUntil && <Time at={report.lockedUntil} />],
            ]}
          />
        </SimpleGrid>
      </Section>
      {drill !== undefined && (
        <Section title="What the drill did" about="It read real files back through each master key, and wrote nothing.">
          <Facts
            facts={[
              ['Data keys', countOf(drill.keys, 'key')],
              ['Envelopes opened', `${drill.opened} of ${drill.asked} that were asked`],
              ['Files read back', `${countOf(drill.files, 'file')}, ${sizeText(drill.bytes)}`],
              ['Not asked', drill.unasked.length > 0 && drill.unasked.join(', ')],
            ]}
          />
        </Section>
      )}
      {proven !== undefined && proven.length > 0 && (
        <Section title="Proven restorable">
          <List size="sm">
            {proven.map(({ source, snapshotId, provenAt }) => (
              <List.Item key={source}>
                {source}: <span className="ks-code">{snapshotId}</span>, <Time at={provenAt} />
              </List.Item>
            ))}
          </List>
        </Section>
      )}
      {problemCount > 0 && (
        <Section
          title={`${countOf(problemCount, 'item')} ${run.kind === 'backup' ? 'not kept' : 'not written'}`}
          about={problems.length < problemCount ? `The first ${problems.length} are shown.` : undefined}
        >
          <DataTable
            caption="Items with problems"
            columns={PROBLEM_COLUMNS}
            rows={problems}
            idOf={({ path }) => path}
          />
        </Section>
      )}
      {report.commands !== undefined && report.commands.length > 0 && (
        <Section title="Commands that were run">
          {report.commands.map(({ when, program, ending, durationMs, output }) => (
            <Stack key={`${when} ${program}`} gap={4}>
              <Text size="sm">
                {when === 'before' ? 'Before' : 'After'}: <span className="ks-code">{program}</span>, {ending},{' '}
                {durationText(durationMs / 1000)}
              </Text>
              {output !== '' && <Code block>{output}</Code>}
            </Stack>
          ))}
        </Section>
      )}
    </Stack>
  );
}
