import { Button, Group, List, Modal, Stack, Table, Text, TextInput, UnstyledButton } from '@mantine/core';
import { IconCheck, IconMinus } from '@tabler/icons-react';
import { everyItem, type AccessExplanation, type KeyAccess, type Principal } from '@keystead/sdk';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi, type Api } from '../../../api/api.ts';
import { KEY_COMMANDS } from '../../../commands/key-commands.ts';
import { Command } from '../../../ui/command.tsx';
import { Loading } from '../../../ui/loading.tsx';
import { OwnWays } from '../../../ui/own-ways.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { keyPlace } from '../key-query.ts';
import type { KeyTabProps } from './key-page.tsx';

const ROWS = 25;
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  'encrypt-decrypt': ['Encrypt', 'Decrypt', 'GenerateDataKey'],
  'sign-verify': ['Sign', 'Verify'],
  'generate-verify-mac': ['GenerateMac', 'VerifyMac'],
  'key-agreement': ['DeriveSharedSecret'],
  'encapsulate-decapsulate': ['Encapsulate', 'Decapsulate'],
  store: ['ReadKey'],
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

/** Who can do what with a key: asked of the evaluator that decides requests. */
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
      <Command words={KEY_COMMANDS.whoCan(shown.region, shown.keyId)} />
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

interface Chosen {
  readonly principal: string;
  readonly action: string;
}

function Matrix({
  shown: { region, keyId, usage },
  principals,
}: KeyTabProps & { readonly principals: readonly Principal[] }) {
  const api = useApi();
  const actions = [...(ACTIONS[usage] ?? []), ...MANAGING].map((verb) => `kms:${verb}`);
  const names = principals.map(({ name }) => name);
  const [chosen, setChosen] = useState<Chosen>();
  const { data, error } = useQuery({
    queryKey: [...keyPlace(region, keyId), 'who-can', names],
    queryFn: () => askInParts(api, { region, key: keyId, principals: names, actions }),
    // Those who were asked about stay while more are.
    placeholderData: keepPreviousData,
    enabled: names.length > 0,
  });
  if (error) return <ProblemNotice error={error} title="This cannot be told" />;
  const found = new Map(data?.map((row) => [row.principal, row]));
  return (
    <>
      <div className="ks-table-scroll" role="region" aria-label="Who can do what" tabIndex={0}>
        <Table aria-label="Who can do what" withColumnBorders>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">User</Table.Th>
              {actions.map((action) => (
                <Table.Th key={action} scope="col">
                  {action.replace('kms:', '')}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {names.map((name) => (
              <Table.Tr key={name}>
                <Table.Th scope="row">{name}</Table.Th>
                <Cells row={found.get(name)} name={name} actions={actions} onChoose={setChosen} />
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {chosen && <Reason {...chosen} region={region} keyId={keyId} onClose={() => setChosen(undefined)} />}
    </>
  );
}

type Row = KeyAccess['rows'][number];

/** As many questions as one request answers. */
const AT_ONCE = 400;

async function askInParts(api: Api, asked: Parameters<Api['explainKeyAccess']>[0]): Promise<readonly Row[]> {
  const { principals, actions } = asked;
  const size = Math.min(100, Math.floor(AT_ONCE / actions.length));
  const rows: Row[] = [];
  for (let from = 0; from < principals.length; from += size) {
    const part = await api.explainKeyAccess({ ...asked, principals: principals.slice(from, from + size) });
    rows.push(...part.rows);
  }
  return rows;
}

interface CellsProps {
  readonly name: string;
  readonly actions: readonly string[];
  readonly row: Row | undefined;
  readonly onChoose: (chosen: Chosen) => void;
}

function Cells({ name, actions, row, onChoose }: CellsProps) {
  if (row?.isActive === false)
    return (
      <Table.Td colSpan={actions.length} c="dimmed" fz="sm">
        Switched off: may do nothing
      </Table.Td>
    );
  return actions.map((action, at) => (
    <Table.Td key={action}>
      {row === undefined ? (
        '…'
      ) : (
        <Cell
          name={name}
          action={action.replace('kms:', '')}
          isAllowed={row.allowed[at] === true}
          onChoose={() => onChoose({ principal: name, action })}
        />
      )}
    </Table.Td>
  ));
}

interface CellProps {
  readonly name: string;
  readonly action: string;
  readonly isAllowed: boolean;
  readonly onChoose: () => void;
}

function Cell({ name, action, isAllowed, onChoose }: CellProps) {
  return (
    <UnstyledButton
      onClick={onChoose}
      aria-label={`${isAllowed ? 'yes: ' : 'no: '}${name} ${isAllowed ? 'may' : 'may not'} ${action}`}
      fz="sm"
    >
      <Group gap={4} wrap="nowrap">
        {isAllowed ? <IconCheck size={16} aria-hidden /> : <IconMinus size={16} aria-hidden />}
        {isAllowed ? 'yes' : 'no'}
      </Group>
    </UnstyledButton>
  );
}

interface ReasonProps extends Chosen {
  readonly region: string;
  readonly keyId: string;
  readonly onClose: () => void;
}

/** Why somebody may do something with a key, or not: asked when somebody wants to know. */
function Reason({ principal, action, region, keyId, onClose }: ReasonProps) {
  const api = useApi();
  const { data, error } = useQuery({
    queryKey: [...keyPlace(region, keyId), 'explain', principal, action],
    queryFn: () => api.explainAccess({ principal, action, region, key: keyId }),
  });
  const verb = data === undefined ? 'and' : data.allowed ? 'may' : 'may not';
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={`${principal} ${verb} ${action.replace('kms:', '')}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack>
        <ProblemNotice error={error} title="This cannot be told" />
        {data === undefined ? error === null && <Loading /> : <Statements answer={data} />}
        <Command words={KEY_COMMANDS.explain(region, keyId, principal, action)} />
      </Stack>
    </Modal>
  );
}

function Statements({ answer }: { readonly answer: AccessExplanation }) {
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
    <>
      <Text size="sm">
        Decided by: <span className="ks-code">{answer.reason}</span>
        {answer.sid !== undefined && `, statement "${answer.sid}"`}
      </Text>
      <OwnWays answer={answer} />
      <List size="sm" spacing={4}>
        {lines.map(({ key, text, matched, because }) => (
          <List.Item key={key}>
            {text}:{' '}
            {matched ? 'applies' : `does not apply, for ${BECAUSE[because ?? ''] ?? because ?? 'another reason'}`}
          </List.Item>
        ))}
        {lines.length === 0 && <List.Item>No statement and no grant has anything to do with it.</List.Item>}
      </List>
    </>
  );
}
