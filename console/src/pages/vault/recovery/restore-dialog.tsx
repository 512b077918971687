import type { Environment, RestorePlan } from '@keystead/sdk';
import { Alert, Button, Checkbox, Group, List, Modal, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi, type Api } from '../../../api/api.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { countOf, countText, sizeText } from '../../../ui/amounts.ts';
import { Command } from '../../../ui/command.tsx';
import { Facts } from '../../../ui/facts.tsx';
import { harmless } from '../../../ui/foreign-text.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { useStartRun } from '../runs/use-start-run.ts';
import { providerName } from '../words/storage-words.ts';

type Restore = Parameters<Api['startRestore']>[1];
type Conflict = NonNullable<Restore['conflict']>;

const CONFLICTS: readonly { readonly value: Conflict; readonly label: string; readonly about: string }[] = [
  {
    value: 'refuse',
    label: 'Write nothing at all',
    about: 'unless the folder is new, empty, or from the same restore',
  },
  { value: 'keep', label: 'Leave it', about: 'only what is missing is restored' },
  { value: 'beside', label: 'Write beside it', about: 'as <name>.restored-<when the snapshot was taken>' },
  { value: 'overwrite', label: 'Replace it', about: 'once the restored file is whole' },
];
const SHOWN_PATHS = 8;

interface RestoreDialogProps {
  readonly environment: Environment;
  readonly snapshotId: string;
  /** What is restored; none: everything. */
  readonly paths: readonly string[];
  readonly onClose: () => void;
}

/** A restore into a folder of the server: first what it would do, then the doing. */
export function RestoreDialog({ environment, snapshotId, paths, onClose }: RestoreDialogProps) {
  const api = useApi();
  const { environmentId, label } = environment;
  const [destination, setDestination] = useState('');
  const [conflict, setConflict] = useState<Conflict>('refuse');
  const [skipDamaged, setSkipDamaged] = useState(false);
  const [rewriteSame, setRewriteSame] = useState(false);
  const asked: Restore = {
    snapshotId,
    destination: destination.trim(),
    conflict,
    ...(paths.length > 0 && { paths }),
    ...(skipDamaged && { skipDamaged }),
    ...(rewriteSame && { rewriteSame }),
  };
  const plan = useMutation({ mutationFn: () => api.planRestore(environmentId, asked) });
  const start = useStartRun(environmentId, (client) => client.startRestore(environmentId, asked));
  const isReady = destination.trim().startsWith('/');
  const change =
    <Value,>(set: (value: Value) => void) =>
    (value: Value) => {
      set(value);
      plan.reset();
    };
  return (
    <Modal opened onClose={onClose} title="Restore" size="xl" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack>
        <div>
          <Text size="sm" fw={600}>
            {paths.length === 0 ? 'Everything in the snapshot' : countOf(paths.length, 'item')}
          </Text>
          {paths.length > 0 && (
            <List size="sm">
              {paths.slice(0, SHOWN_PATHS).map((path) => (
                <List.Item key={path}>
                  <span className="ks-code">{harmless(path)}</span>
                </List.Item>
              ))}
              {paths.length > SHOWN_PATHS && <List.Item>and {paths.length - SHOWN_PATHS} more</List.Item>}
            </List>
          )}
        </div>
        <TextInput
          label="Into the folder of the server"
          description="An absolute path below a folder that the operator allows; a new one is made"
          placeholder="/srv/restored"
          value={destination}
          onChange={(event) => change(setDestination)(event.currentTarget.value)}
          data-autofocus
        />
        <Radio.Group
          label="A file that is there and differs"
          value={conflict}
          onChange={(value) => change(setConflict)(value as Conflict)}
        >
          <Stack gap={6} mt={6}>
            {CONFLICTS.map(({ value, label: name, about }) => (
              <Radio key={value} value={value} label={name} description={about} />
            ))}
          </Stack>
        </Radio.Group>
        <Checkbox
          label="Leave out what is damaged in the store, and restore the rest"
          checked={skipDamaged}
          onChange={(event) => change(setSkipDamaged)(event.currentTarget.checked)}
        />
        <Checkbox
          label="Write also what is there with the same size, time and mode"
          checked={rewriteSame}
          onChange={(event) => change(setRewriteSame)(event.currentTarget.checked)}
        />
        <Command words={VAULT_COMMANDS.restore(label, snapshotId, destination || '/srv/restored', conflict)} />
        <ProblemNotice error={plan.error} title="It was not planned" />
        <ProblemNotice error={start.error} title="It was not started" />
        {plan.data !== undefined && <Plan plan={plan.data} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            variant={plan.data === undefined ? 'filled' : 'default'}
            disabled={!isReady}
            loading={plan.isPending}
            onClick={() => plan.mutate()}
          >
            Plan it
          </Button>
          {plan.data !== undefined && (
            <Button
              disabled={plan.data.isRefused}
              loading={start.isPending}
              onClick={() => start.mutate(undefined)}
              {...(plan.data.counts.overwrite > 0 && { color: 'red.9' })}
            >
              {plan.data.counts.overwrite > 0
                ? `Restore, and replace ${countOf(plan.data.counts.overwrite, 'file')}`
                : 'Restore'}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

const WHAT: Readonly<Record<string, string>> = {
  overwrite: 'is replaced',
  beside: 'is written beside',
  same: 'is the same already',
  kept: 'stays as it is',
  differs: 'is there and differs',
  'in-the-way': 'is in the way',
  'beside-taken': 'has no free name beside it',
  'name-too-long': 'has too long a name',
  damaged: 'is damaged in the store',
  'folder-damaged': 'lies in a folder that is damaged in the store',
};

function Plan({ plan }: { readonly plan: RestorePlan }) {
  const { counts, isRefused, neededBytes, freeBytes, recipients, items, about } = plan;
  return (
    <Alert
      color={isRefused ? 'red' : 'keystead'}
      title={isRefused ? 'It would refuse, and write nothing' : 'What it would do. Nothing is deleted, ever.'}
      role="status"
    >
      <Stack gap="sm">
        {isRefused && (
          <Text size="sm">
            {countOf(counts.refused, 'file is', 'files are')} there and would differ. Choose another folder, or say
            above what becomes of them.
          </Text>
        )}
        {about.findings.map(({ code, text }) => (
          <Text key={code} size="sm" fw={600}>
            {text}
          </Text>
        ))}
        <Facts
          facts={[
            ['Created', `${countOf(counts.create, 'file')}, ${countOf(counts.folders, 'folder')}`],
            ['Replaced', counts.overwrite > 0 && countText(counts.overwrite)],
            ['Written beside', counts.beside > 0 && countText(counts.beside)],
            ['The same already', counts.same > 0 && countText(counts.same)],
            ['Left as they are', counts.kept > 0 && countText(counts.kept)],
            ['Only there, not touched', counts.extras > 0 && countText(counts.extras)],
            ['Space', `${sizeText(neededBytes)} needed, ${sizeText(freeBytes)} free`],
            [
              'Opened by',
              recipients.map(({ provider, keyId }) => (
                <div key={keyId}>
                  {providerName(provider)} <span className="ks-code">{keyId}</span>
                </div>
              )),
            ],
          ]}
        />
        {items.length > 0 && (
          <List size="sm">
            {items.slice(0, SHOWN_PATHS).map(({ path, pathBytes, what }) => (
              <List.Item key={pathBytes}>
                <span className="ks-code">{harmless(path)}</span> {WHAT[what] ?? what}
              </List.Item>
            ))}
            {items.length > SHOWN_PATHS && <List.Item>and {items.length - SHOWN_PATHS} more</List.Item>}
          </List>
        )}
      </Stack>
    </Alert>
  );
}
