import { Select, Stack, Text } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { Command } from '../../../ui/command.tsx';
import { Section } from '../../../ui/section.tsx';
import { retentionQuery, sourcesQuery } from '../api/vault-queries.ts';
import { useEnvironment } from '../api/use-environment.ts';
import { useStartRun } from '../runs/use-start-run.ts';
import { rulesText } from './rules-words.ts';
import { RulesForm } from './rules-form.tsx';
import { useTabTitle } from '../../../ui/tab-title.ts';

const ALL = 'all';

/** What is kept, and for how long. */
export function RetentionPage() {
  const api = useApi();
  const { environmentId, label } = useEnvironment();
  useTabTitle('Retention', label);
  const { data: retention } = useSuspenseQuery(retentionQuery(api, environmentId));
  const { data: sources } = useSuspenseQuery(sourcesQuery(api, environmentId));
  const [about, setAbout] = useState(ALL);
  const source = about === ALL ? undefined : about.slice(ALL.length);
  const own = retention.sources.find((one) => one.source === source)?.rules;
  const current = source === undefined ? retention.rules : own;
  const names = [...new Set([...sources.map(({ name }) => name), ...retention.sources.map((one) => one.source)])];
  const clean = useStartRun(environmentId, (client, dryRun: boolean) =>
    client.startMaintenance(environmentId, { dryRun }),
  );
  return (
    <>
      <Section
        title="Retention"
        about="Rules say which snapshots stay. What they let go lies in the trash first, from where it can be taken back."
        actions={
          <>
            <ActButton
              needs="keystead:StartMaintenance"
              variant="default"
              loading={clean.isPending}
              onClick={() => clean.mutate(true)}
            >
              What would be cleared up?
            </ActButton>
            <ActButton
              needs="keystead:StartMaintenance"
              variant="default"
              loading={clean.isPending}
              onClick={() => clean.mutate(false)}
            >
              Clear up now
            </ActButton>
          </>
        }
      >
        <Stack gap={4}>
          <Text size="sm">
            <strong>All sources.</strong> {rulesText(retention.rules)}
          </Text>
          {retention.sources.map(({ source: name, rules }) => (
            <Text key={name} size="sm">
              <strong>{name}.</strong> {rulesText(rules)}
            </Text>
          ))}
        </Stack>
        <Command words={VAULT_COMMANDS.prune(label)} />
      </Section>
      <Section title="Change the rules">
        <Select
          label="For"
          maw={360}
          allowDeselect={false}
          data={[
            { value: ALL, label: 'All sources without rules of their own' },
            ...names.map((name) => ({ value: ALL + name, label: name })),
          ]}
          value={about}
          onChange={(value) => value !== null && setAbout(value)}
        />
        <RulesForm
          key={`${about} ${JSON.stringify(current)}`}
          environmentId={environmentId}
          label={label}
          source={source}
          current={current}
        />
      </Section>
    </>
  );
}
