import type { Approval } from '@keystead/sdk';
import { Group } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { KeyActDialog } from '../../keys/actions/key-act-dialog.tsx';
import type { KeyActName } from '../../keys/actions/key-acts.ts';
import { keyQuery } from '../../keys/key-query.ts';

/** Carries the deletion of a key out, as the second person, or takes the word of the first one back. */
export function DeletionActs({ approval }: { readonly approval: Approval }) {
  const { region = '', keyId = '', aliases, mayApprove } = approval;
  const name = aliases?.[0] ?? keyId;
  const queries = useQueryClient();
  const [asking, setAsking] = useState<KeyActName>();
  const key = useQuery({ ...keyQuery(useApi(), region, keyId), enabled: asking !== undefined });
  const close = (): void => {
    setAsking(undefined);
    void queries.invalidateQueries({ queryKey: ['approvals'] });
  };
  return (
    <>
      <Group gap="xs">
        {mayApprove && (
          <>
            <ActButton
              needs="kms:ScheduleKeyDeletion"
              size="xs"
              onClick={() => setAsking('schedule-deletion')}
              aria-label={`Schedule the deletion of ${name}`}
            >
              Schedule the deletion
            </ActButton>
            <ActButton
              needs="kms:ScheduleKeyDeletion"
              size="xs"
              variant="default"
              onClick={() => setAsking('delete')}
              aria-label={`Delete at once: ${name}`}
            >
              Delete at once
            </ActButton>
          </>
        )}
        <ActButton
          needs="kms:AuthorizeKeyDeletion"
          size="xs"
          variant="default"
          onClick={() => setAsking('withdraw-authorization')}
          aria-label={`Withdraw the request to delete ${name}`}
        >
          Withdraw
        </ActButton>
      </Group>
      <ProblemNotice error={key.error} title="The key cannot be shown" />
      {key.data !== undefined && (
        <KeyActDialog listed={{ ...key.data, registrations: 0 }} name={asking} onClose={close} />
      )}
    </>
  );
}
