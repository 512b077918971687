import { Button, Group, List, Modal, Stack, Table, Text, TextInput, UnstyledButton } from '@mantine/core';
import { IconCheck, IconMinus } from '@tabler/icons-react';
import { everyItem, type AccessExplanation, type Principal } from '@keystead/sdk';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { KEY_COMMANDS } from '../../../commands/key-commands.ts';
import { Command } from '../../../ui/command.tsx';
import { Loading } from '../../../ui/loading.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { keyPlace } from '../key-query.ts';
import type { KeyTabProps } from './key-page.tsx';

const ROWS = 10;
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  'encrypt-decrypt': ['Encrypt', 'Decrypt', 'GenerateDataKey'],
  'sign-verify': ['Sign', 'Verify'],
  'generate-verify-mac': ['GenerateMac', 'VerifyMac'],
  'key-agreement': ['DeriveSharedSecret'],
  'encapsulate-decapsulate': ['Encapsulate', 'Decapsulate'],
};
const MANAGING = ['DescribeKey', 'DisableKey', 'PutKeyPolicy', 'ScheduleKeyDeletion'];
const BECAUSE: Readonly<Record<string, string>> = {
  principal: 'it is about somebody else',
  action: 'it is about something else',
  resource: 'it is about another key',
  condition: 'its condition does not hold',
  variable: 'a variable in it has no value',
  'too-costly': 'it is too costly to evaluate',
  'encryption-context': 'it wants another encryption context',
  'source-arn': 'it wants another source',
};

/** Who can do what with a key: asked of the evaluator that decides requests, cell by cell. */
export function WhoCanTab({ shown }: KeyTabProps) {
  const api = useApi();
  const [count, setCount] = useState(ROWS);
  const [search, setSearch] = useState('');
  const principals = useQuery({
    queryKey: ['principals', 'all'],
    queryFn: () => Array.fromAsync(everyItem<Principal>((after) => api.listPrincipals({ after }))),
  });
  if (principals.error) return <ProblemNotice error={principals.error} title="Users cannot be listed" />;
  if (principals.data === undefined) return <Loading />;
  const found = principals.data.filter(({ name }) => name.toLowerCase().includes(search.toLowerCase()));
  return (
    <Stack>
      <Text size="sm" maw={720}>
        Decided as a request would be: roles and policies of the user, the policy of the key, and grants, without an
        encryption context. Choose a cell for the whole reason.
      </Text>
      <TextInput
        label="User"
        placeholder="Part of a name"
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
        maw={280}
      />
      <Matrix shown={shown} principals={found.slice(0, count)} />
      {found.length > count && (
        <Group>
          <Button variant="default" onClick={() => setCount(count + ROWS)}>
            Show more users
          </Button>
        </Group>
      )}
    </Stack>
  );
}

interface Asked {
  readonly principal: string;
  readonly action: string;
}

function useExplanations(region: string, keyId: string, asked: readonly Asked[]) {
  const api = useApi();
  return useQueries({
    queries: asked.map(({ principal, action }) => ({
      queryKey: [...keyPlace(region, keyId), 'explain', principal, action],
      queryFn: () => api.explainAccess({ principal, action: `kms:${action}`, region, key: keyId }),
    })),
  });
}

function Matrix({
  shown: { region, keyId, usage },
  principals,
}: KeyTabProps & { readonly principals: readonly Principal[] }) {
  const actions = [...(ACTIONS[usage] ?? []), ...MANAGING];
  const asked = principals.flatMap(({ name }) => actions.map((action) => ({ principal: name, action })));
  const answers = useExplanations(region, keyId, asked);
  const [chosen, setChosen] = useState<AccessExplanation>();
  const failed = answers.find(({ error }) => error !== null)?.error;
  if (failed) return <ProblemNotice error={failed} title="This cannot be told" />;
  return (
    <>
      <div className="ks-table-scroll" role="region" aria-label="Who can do what" tabIndex={0}>
        <Table aria-label="Who can do what" withColumnBorders>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">User</Table.Th>
              {actions.map((action) => (
                <Table.Th key={action} scope="col">
                  {action}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {principals.map(({ name }, row) => (
              <Table.Tr key={name}>
                <Table.Th scope="row">{name}</Table.Th>
                {actions.map((action, column) => {
                  const answer = answers[row * actions.length + column]?.data;
                  return (
                    <Table.Td key={action}>
                      {answer === undefined ? (
                        '…'
                      ) : (
                        <Cell name={name} action={action} answer={answer} onChoose={setChosen} />
                      )}
                    </Table.Td>
                  );
                })}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {chosen && <Reason answer={chosen} region={region} keyId={keyId} onClose={() => setChosen(undefined)} />}
    </>
  );
}

interface CellProps extends Asked {
  readonly name: string;
  readonly answer: AccessExplanation;
  readonly onChoose: (answer: AccessExplanation) => void;
}

function Cell({ name, action, answer, onChoose }: Omit<CellProps, 'principal'>) {
  return (
    <UnstyledButton
      onClick={() => onChoose(answer)}
      aria-label={`${answer.allowed ? 'yes: ' : 'no: '}${name} ${answer.allowed ? 'may' : 'may not'} ${action}`}
      fz="sm"
    >
      <Group gap={4} wrap="nowrap">
        {answer.allowed ? <IconCheck size={16} aria-hidden /> : <IconMinus size={16} aria-hidden />}
        {answer.allowed ? 'yes' : 'no'}
      </Group>
    </UnstyledButton>
  );
}

interface ReasonProps {
  readonly answer: AccessExplanation;
  readonly region: string;
  readonly keyId: string;
  readonly onClose: () => void;
}

function Reason({ answer, region, keyId, onClose }: ReasonProps) {
  const name = answer.principal.split('/').at(-1) ?? answer.principal;
  const lines = [
    ...answer.statements.map(({ source, effect, sid, policy, statement, matched, because }) => ({
      key: `${source} ${policy} ${statement}`,
      text: `${effect} in the ${source.replace('-', ' ')}${sid === undefined ? `, statement ${statement}` : `, "${sid}"`}`,
      matched,
      because,
    })),
    ...answer.grants.map(({ grantId, matched, because }) => ({
      key: grantId,
      text: `Grant ${grantId.slice(0, 8)}…`,
      matched,
      because,
    })),
  ];
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={`${name} ${answer.allowed ? 'may' : 'may not'} ${answer.action.replace('kms:', '')}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack>
        <Text size="sm">
          Decided by: <span className="ks-code">{answer.reason}</span>
          {answer.sid !== undefined && `, statement "${answer.sid}"`}
        </Text>
        <List size="sm" spacing={4}>
          {lines.map(({ key, text, matched, because }) => (
            <List.Item key={key}>
              {text}:{' '}
              {matched ? 'applies' : `does not apply, for ${BECAUSE[because ?? ''] ?? because ?? 'another reason'}`}
            </List.Item>
          ))}
          {lines.length === 0 && <List.Item>No statement and no grant has anything to do with it.</List.Item>}
        </List>
        <Command words={KEY_COMMANDS.explain(region, keyId, name, answer.action)} />
      </Stack>
    </Modal>
  );
}
