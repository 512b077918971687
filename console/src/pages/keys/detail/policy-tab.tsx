import { Alert, Button, Checkbox, Grid, Group, List, Stack, Text, Textarea, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { KEY_COMMANDS } from '../../../commands/key-commands.ts';
import { Command } from '../../../ui/command.tsx';
import { LeaveGuard } from '../../../ui/leave-guard.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { StrangeActionsNotice } from '../../access/roles/strange-actions.tsx';
import { keyPlace } from '../key-query.ts';
import { explainPolicy, letsManagersIn, syntaxProblem } from '../policy/explain-policy.ts';
import type { KeyTabProps } from './key-page.tsx';

const TYPING_MS = 400;

/** The policy of a key: who may do what with it, in the policy language of AWS. */
export function PolicyTab({ shown: { region, keyId } }: KeyTabProps) {
  const api = useApi();
  const queries = useQueryClient();
  const place = [...keyPlace(region, keyId), 'policy'];
  const { data } = useSuspenseQuery({ queryKey: place, queryFn: () => api.getKeyPolicy(region, keyId) });
  // What the changes began from: somebody else may set another policy meanwhile.
  const [base, setBase] = useState(data.policy);
  const [typed, setTyped] = useState(data.policy);
  const [allowLockout, setAllowLockout] = useState(false);
  const [settled] = useDebouncedValue(typed, TYPING_MS);
  const syntax = syntaxProblem(typed);
  const isChanged = typed !== base;
  const isOvertaken = data.policy !== base;
  const begin = (policy: string): void => {
    setBase(policy);
    setTyped(policy);
  };
  if (isOvertaken && (!isChanged || typed === data.policy)) begin(data.policy);
  const check = useQuery({
    queryKey: [...place, 'check', settled, allowLockout],
    queryFn: () => api.checkKeyPolicy(region, keyId, { policy: settled, allowLockout }),
    enabled: isChanged && settled === typed && syntax === undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const save = useMutation({
    mutationFn: () => api.setKeyPolicy(region, keyId, { policy: typed, allowLockout }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['keys', region] });
      notifications.show({ message: 'The policy counts for every request from now on.' });
    },
  });
  const problems = check.data?.problems ?? [];
  const isFine = syntax === undefined && check.data !== undefined && problems.length === 0 && settled === typed;
  const { unknownActions = [] } = (isChanged ? check.data : data) ?? {};
  const isLockout = allowLockout || problems.some(({ code }) => code.includes('lockout'));
  return (
    <Grid gap="xl">
      <LeaveGuard isUnsaved={isChanged && !save.isPending}>
        What you have changed in the policy of this key was not saved.
      </LeaveGuard>
      <Grid.Col span={{ base: 12, md: 7 }}>
        <Stack>
          <Textarea
            label="Policy"
            description="JSON, to the letter. It counts beside roles and grants; a Deny here counts against everybody."
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autosize
            minRows={14}
            spellCheck={false}
            classNames={{ input: 'ks-code' }}
            error={syntax}
          />
          <div role="status">
            {isChanged && syntax === undefined && problems.length > 0 && (
              <Alert color="red" variant="outline" title="The server would refuse it" c="var(--mantine-color-text)">
                <List size="sm">
                  {problems.map(({ code, message }) => (
                    <List.Item key={code + message}>{message}</List.Item>
                  ))}
                </List>
              </Alert>
            )}
            {isChanged && isFine && <Text size="sm">The server would take this policy.</Text>}
          </div>
          <StrangeActionsNotice actions={unknownActions} />
          <ProblemNotice error={check.error} title="It cannot be examined" />
          {isLockout && (
            <Checkbox
              label="Although I could not change it again myself"
              description="Without this the server refuses a policy that locks out whoever sets it."
              checked={allowLockout}
              onChange={(event) => setAllowLockout(event.currentTarget.checked)}
            />
          )}
          {isOvertaken && (
            <Alert
              color="yellow"
              variant="outline"
              role="alert"
              title="Somebody has set another policy meanwhile"
              c="var(--mantine-color-text)"
            >
              <Stack gap="xs" align="flex-start">
                <Text size="sm">Yours was begun from the one before: to save it is to take theirs away.</Text>
                <Button size="xs" variant="default" onClick={() => begin(data.policy)}>
                  Drop mine and show theirs
                </Button>
              </Stack>
            </Alert>
          )}
          <ProblemNotice error={save.error} title="The policy was not set" />
          <Group>
            <Button disabled={!isChanged || !isFine} loading={save.isPending} onClick={() => save.mutate()}>
              Save the policy
            </Button>
            <Button variant="default" disabled={!isChanged} onClick={() => begin(data.policy)}>
              Undo the changes
            </Button>
          </Group>
          <Command words={KEY_COMMANDS.putPolicy(region, keyId, './policy.json')} />
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 5 }}>
        <Explained text={typed} />
      </Grid.Col>
    </Grid>
  );
}

function Explained({ text }: { readonly text: string }) {
  const statements = explainPolicy(text);
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        What it says
      </Title>
      {statements.length === 0 && (
        <Text size="sm" c="dimmed">
          Nothing that can be read yet.
        </Text>
      )}
      <List size="sm" spacing="sm" type="ordered">
        {statements.map(({ title, text: said }, index) => (
          // Two statements may be the same to the letter.
          // oxlint-disable-next-line no-array-index-key
          <List.Item key={index}>
            {title !== '' && (
              <Text size="sm" fw={600}>
                {title}
              </Text>
            )}
            {said}
          </List.Item>
        ))}
      </List>
      {letsManagersIn(text) && (
        <Alert
          color="blue"
          variant="outline"
          title="Who manages the key can let itself use it"
          c="var(--mantine-color-text)"
          data-own-ways
        >
          Whoever may write this policy (PutKeyPolicy) or make grants (CreateGrant), a key-administrator that is, could
          give itself the use of the key. The log would show that it did. To rule it out, deny both by a policy of your
          own to those who are only to manage keys; “Who can do what” says of whom it is true.
        </Alert>
      )}
    </Stack>
  );
}
