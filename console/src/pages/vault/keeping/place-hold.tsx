import { Textarea } from '@mantine/core';
import { useState } from 'react';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { countOf } from '../../../ui/amounts.ts';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { useStartRun } from '../runs/use-start-run.ts';

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
