import { Autocomplete, Button, Grid, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { ACCESS_MORE_COMMANDS } from '../../../commands/access-more-commands.ts';
import { Command } from '../../../ui/command.tsx';
import { Loading } from '../../../ui/loading.tsx';
import { Page } from '../../../ui/page.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { useRegion, useRegions } from '../../keys/regions.ts';
import { rolesQuery } from '../credentials/credentials-query.ts';
import { principalsQuery } from '../more-queries.ts';
import { Answer } from './answer.tsx';
import { contextPairs, type ExplainSearch } from './explain-search.ts';
import { ActionInput } from '../action-input.tsx';

/** Whether somebody may do something: asked of the evaluator that decides requests, with its whole reason. */
export function ExplainPage() {
  const search = useSearch({ from: '/shell/access/explain' });
  const api = useApi();
  const { principal, action, region, key, resource, context } = search;
  const isAsked = principal !== undefined && action !== undefined && region !== undefined;
  const answer = useQuery({
    queryKey: ['explain', search],
    queryFn: () =>
      api.explainAccess({
        principal: principal as string,
        action: action as string,
        region: region as string,
        ...(key !== undefined && { key }),
        ...(resource !== undefined && { resource }),
        ...(context !== undefined && { encryptionContext: contextPairs(context) }),
      }),
    enabled: isAsked,
  });
  return (
    <Page
      title="Who can do what"
      about="Asked of the same evaluator that decides every request, with everything that has to do with it: policies, the policy of the key, grants, scopes."
    >
      <Question key={JSON.stringify(search)} search={search} />
      <div aria-live="polite">
        <ProblemNotice error={answer.error} title="This cannot be told" />
        {isAsked && answer.isPending && <Loading />}
        {isAsked && answer.data !== undefined && answer.error === null && <Answer answer={answer.data} />}
      </div>
      {isAsked && (
        <Command words={ACCESS_MORE_COMMANDS.explain(principal, action, key ?? '', resource ?? '', region)} />
      )}
    </Page>
  );
}

function Question({ search }: { readonly search: ExplainSearch }) {
  const api = useApi();
  const navigate = useNavigate({ from: '/access/explain' });
  const regions = useRegions();
  const region = useRegion(search.region);
  const [form, setForm] = useState<ExplainSearch>({ ...search, region });
  const set = (change: Partial<ExplainSearch>): void => setForm({ ...form, ...change });
  const principals = useQuery(principalsQuery(api)).data ?? [];
  const roles = useQuery(rolesQuery(api)).data ?? [];
  const isReady = (form.principal ?? '').trim() !== '' && (form.action ?? '').trim() !== '';
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const filled = Object.entries(form).map(([name, value]) => [name, value.trim()] as const);
        void navigate({ search: Object.fromEntries(filled.filter(([, value]) => value !== '')) });
      }}
    >
      <Stack maw={880}>
        <Grid>
          <Grid.Col span={{ base: 12, sm: 6 }}>
            <Autocomplete
              label="Who"
              description="The name of a user, or the ARN of a user, a role or a session."
              data={[
                { group: 'Users', items: principals.map(({ name }) => name) },
                { group: 'Assumable roles', items: roles.map(({ arn }) => arn) },
              ]}
              value={form.principal ?? ''}
              onChange={(principal) => set({ principal })}
            />
          </Grid.Col>
          <Grid.Col span={{ base: 12, sm: 6 }}>
            <ActionInput
              label="Wants to"
              description="An action, such as kms:Decrypt."
              value={form.action ?? ''}
              onChange={(action) => set({ action })}
            />
          </Grid.Col>
          <Grid.Col span={{ base: 12, sm: 6 }}>
            <TextInput
              label="With the key"
              description="Its id, alias/NAME or ARN; empty: with no key."
              value={form.key ?? ''}
              onChange={(event) => set({ key: event.currentTarget.value })}
              spellCheck={false}
            />
          </Grid.Col>
          <Grid.Col span={{ base: 12, sm: 6 }}>
            <Select
              label="In the region"
              description="Where the request arrives."
              data={[...regions]}
              value={form.region ?? null}
              onChange={(chosen) => set({ region: chosen ?? region })}
              allowDeselect={false}
            />
          </Grid.Col>
          <Grid.Col span={{ base: 12, sm: 6 }}>
            <TextInput
              label="With the encryption context"
              description="KEY=VALUE, separated by commas."
              value={form.context ?? ''}
              onChange={(event) => set({ context: event.currentTarget.value })}
              spellCheck={false}
            />
          </Grid.Col>
          <Grid.Col span={{ base: 12, sm: 6 }}>
            <TextInput
              label="On something else"
              description="The ARN of an environment, a user, a role."
              value={form.resource ?? ''}
              onChange={(event) => set({ resource: event.currentTarget.value })}
              spellCheck={false}
            />
          </Grid.Col>
        </Grid>
        <Group>
          <Button type="submit" disabled={!isReady}>
            Ask
          </Button>
          <Text size="sm" c="dimmed">
            Nothing is done by asking.
          </Text>
        </Group>
      </Stack>
    </form>
  );
}
