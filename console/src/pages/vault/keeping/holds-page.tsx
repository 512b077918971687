import type { LegalHold } from '@keystead/sdk';
import { Group, List, Paper, Stack, Text, Textarea, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { useWhoAmI } from '../../../api/who-am-i.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { countOf } from '../../../ui/amounts.ts';
import { Command } from '../../../ui/command.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { Facts } from '../../../ui/facts.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { Section } from '../../../ui/section.tsx';
import { StateBadge } from '../../../ui/state-badge.tsx';
import { Time } from '../../../ui/time.tsx';
import { environmentKey, holdsQuery } from '../api/vault-queries.ts';
import { useEnvironment } from '../api/use-environment.ts';
import { useStartRun } from '../runs/use-start-run.ts';

/** Legal holds: what neither rules nor people delete, until two people release it. */
export function HoldsPage() {
  const { environmentId, label } = useEnvironment();
  const { data: holds } = useSuspenseQuery(holdsQuery(useApi(), environmentId));
  const [isPlacing, { open, close }] = useDisclosure(false);
  const place = (
    <ActButton needs="keystead:PlaceHold" leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
      Place a hold
    </ActButton>
  );
  return (
    <>
      <Section
        title="Legal holds"
        about="Neither rules nor people delete what a hold covers. It takes two people to release one."
        actions={place}
      >
        {holds.length === 0 ? (
          <EmptyState title="Nothing is on hold" action={place}>
            Place a hold when something must not be deleted, whatever the rules say: for a legal matter, an audit, an
            investigation.
          </EmptyState>
        ) : (
          <Stack>
            {holds.toReversed().map((hold) => (
              <Hold key={hold.holdId} hold={hold} environmentId={environmentId} label={label} />
            ))}
          </Stack>
        )}
      </Section>
      <PlaceHold environmentId={environmentId} label={label} isOpen={isPlacing} onClose={close} />
      <Command words={VAULT_COMMANDS.listHolds(label)} />
    </>
  );
}

interface PlaceHoldProps {
  readonly environmentId: string;
  readonly label: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** What it covers; absent: everything. */
  readonly snapshots?: readonly string[];
}

/** A hold on everything, or on some snapshots. */
export function PlaceHold({ environmentId, label, isOpen, onClose, snapshots }: PlaceHoldProps) {
  const [reason, setReason] = useState('');
  const place = useStartRun(environmentId, (api, why: string) =>
    api.placeHold(environmentId, { reason: why, ...(snapshots && { snapshots }) }),
  );
  return (
    <FormDialog
      isOpen={isOpen}
      onClose={onClose}
      title={snapshots === undefined ? 'Place a hold on everything' : `Hold ${countOf(snapshots.length, 'snapshot')}`}
      about={
        snapshots === undefined
          ? 'It covers every snapshot of this environment, also those that are yet to come.'
          : 'It covers these snapshots, whatever becomes of the rules.'
      }
      verb="Place the hold"
      isReady={reason.trim() !== ''}
      command={VAULT_COMMANDS.placeHold(label, reason || 'Matter 2026-117')}
      onSubmit={() => place.mutateAsync(reason.trim())}
    >
      <Textarea
        label="Reason"
        description="For the people who look after it later; it stays out of the store"
        placeholder="Matter 2026-117"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        data-autofocus
      />
    </FormDialog>
  );
}

interface HoldProps {
  readonly hold: LegalHold;
  readonly environmentId: string;
  readonly label: string;
}

function Hold({ hold, environmentId, label }: HoldProps) {
  const { holdId, reason, state, placedBy, placedAt, snapshots, release, released } = hold;
  return (
    <Paper withBorder p="md" component="article" aria-label={reason}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={3} size="h5">
            {reason}
          </Title>
          <StateBadge tone={state === 'held' ? 'waiting' : 'off'}>
            {state === 'released' ? 'Released' : release === undefined ? 'Held' : 'Release asked for'}
          </StateBadge>
        </Group>
        <Facts
          facts={[
            [
              'Covers',
              snapshots.length === 0 ? 'Everything, also what is yet to come' : countOf(snapshots.length, 'snapshot'),
            ],
            ['Placed', <Time key="at" at={placedAt} />],
            [
              'By',
              <span key="by" className="ks-code">
                {placedBy}
              </span>,
            ],
            ['Release asked for by', release && <span className="ks-code">{release.requestedBy}</span>],
            ['That counts until', release && <Time at={release.expiresAt} />],
            [
              'Released by',
              released && (
                <span className="ks-code">
                  {released.requestedBy} and {released.confirmedBy}
                </span>
              ),
            ],
          ]}
        />
        {state === 'held' && release === undefined && <AskRelease {...{ hold, environmentId, label }} />}
        {state === 'held' && release !== undefined && (
          <SecondPerson {...{ hold, environmentId, label, releaseId: release.releaseId }} holdId={holdId} />
        )}
      </Stack>
    </Paper>
  );
}

function AskRelease({ hold: { holdId, reason }, environmentId, label }: HoldProps) {
  const [isAsking, { open, close }] = useDisclosure(false);
  const ask = useAct({
    act: (api) => api.requestHoldRelease(environmentId, { holdId }),
    touches: [environmentKey(environmentId)],
    done: () => 'The release is asked for. Somebody else has seven days to confirm it.',
  });
  return (
    <Group>
      <ActButton needs="keystead:RequestHoldRelease" variant="default" size="xs" onClick={open}>
        Ask for its release
      </ActButton>
      <Confirm
        isOpen={isAsking}
        onClose={close}
        title={`Ask for the release of "${reason}"?`}
        verb="Ask for the release"
        command={VAULT_COMMANDS.releaseHold(label, holdId)}
        onConfirm={() => ask.mutateAsync()}
      >
        Nothing is released yet: a second person has to confirm it within seven days. People are told by the alerts.
      </Confirm>
    </Group>
  );
}

interface SecondPersonProps extends HoldProps {
  readonly holdId: string;
  readonly releaseId: string;
}

function SecondPerson({ hold, holdId, releaseId, environmentId, label }: SecondPersonProps) {
  const { arn } = useWhoAmI();
  const [isConfirming, { open, close }] = useDisclosure(false);
  const isMine = hold.release?.requestedBy === arn;
  const withdraw = useAct({
    act: (api) => api.withdrawHoldRelease(environmentId, { holdId }),
    touches: [environmentKey(environmentId)],
    done: () => 'The release is not asked for any more.',
  });
  const confirm = useStartRun(environmentId, (api) => api.confirmHoldRelease(environmentId, { holdId, releaseId }));
  return (
    <Stack gap="xs">
      {isMine && (
        <Text size="sm" c="dimmed">
          You asked for it: somebody else has to confirm.
        </Text>
      )}
      <Group>
        {!isMine && (
          <ActButton needs="keystead:ConfirmHoldRelease" size="xs" onClick={open}>
            Release it, as the second person
          </ActButton>
        )}
        <ActButton
          needs="keystead:WithdrawHoldRelease"
          size="xs"
          variant="default"
          loading={withdraw.isPending}
          onClick={() => withdraw.mutate()}
        >
          {isMine ? 'Take the request back' : 'Refuse the release'}
        </ActButton>
      </Group>
      <Confirm
        isOpen={isConfirming}
        onClose={close}
        title={`Release the hold "${hold.reason}"?`}
        verb="Release the hold"
        isDangerous
        command={VAULT_COMMANDS.confirmRelease(label, holdId, releaseId)}
        onConfirm={() => confirm.mutateAsync(undefined)}
      >
        <List size="sm">
          <List.Item>Rules of retention may delete what it covered, with the next maintenance.</List.Item>
          <List.Item>It cannot be undone: a new hold covers only what is there by then.</List.Item>
        </List>
      </Confirm>
    </Stack>
  );
}
