import { MultiSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi, type Api } from '../../api/api.ts';
import { useAct } from '../../api/use-act.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { policiesQuery } from './credentials/credentials-query.ts';

interface PoliciesDialogProps {
  /** Who has them. */
  readonly name: string;
  /** What they are called here. */
  readonly called: 'roles' | 'policies';
  readonly before: readonly string[];
  readonly attach: (api: Api, policy: string) => Promise<unknown>;
  readonly detach: (api: Api, policy: string) => Promise<unknown>;
  readonly touches: readonly (readonly string[])[];
  readonly commandOf: (added: boolean, policy: string) => readonly string[];
  readonly onClose: () => void;
}

/** Gives policies to somebody, or takes them: each is a change of its own. */
export function PoliciesDialog(props: PoliciesDialogProps) {
  const { name, called, before, attach, detach, touches, commandOf, onClose } = props;
  const [wanted, setWanted] = useState(before);
  const policies = useQuery(policiesQuery(useApi()));
  const added = wanted.filter((policy) => !before.includes(policy));
  const removed = before.filter((policy) => !wanted.includes(policy));
  const change = useAct({
    act: async (api) => {
      // What is given comes first: nobody is left with nothing in between.
      for (const policy of added) await attach(api, policy);
      for (const policy of removed) await detach(api, policy);
    },
    touches,
    done: () => `The ${called} of ${name} count from now on.`,
  });
  const shown = added[0] ?? removed[0];
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={`What ${name} may do`}
      about={`It may do what one of its ${called} allows and none forbids, from the next request on.`}
      verb={`Save the ${called}`}
      isReady={shown !== undefined}
      {...(shown !== undefined && { command: commandOf(added.length > 0, shown) })}
      onSubmit={() => change.mutateAsync()}
    >
      <MultiSelect
        label={called === 'roles' ? 'Roles' : 'Policies'}
        data={(policies.data ?? []).map((policy) => policy.name)}
        value={[...wanted]}
        onChange={setWanted}
        searchable
        data-autofocus
      />
    </FormDialog>
  );
}
