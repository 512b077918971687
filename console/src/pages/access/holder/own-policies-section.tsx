import { Text } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../../../api/use-act.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { Section } from '../../../ui/section.tsx';
import { PolicyName, PolicyText } from '../roles/policy-fields.tsx';
import { FIRST_POLICY, POLICY_NAME, policyWords } from '../roles/policy-words.ts';
import type { Holder } from './holder.ts';

/** Policies that belong to one user or role alone, and go with it. */
export function OwnPoliciesSection({ holder }: { readonly holder: Holder }) {
  const { name, commands, noun, inlinePolicies, touches, deletePolicy } = holder;
  const [asking, setAsking] = useState<'put' | { readonly taken: string }>();
  const close = (): void => setAsking(undefined);
  const remove = useAct({
    act: (api, policy: string) => deletePolicy(api, policy),
    touches,
    done: (_, policy) => `${policy} counts for nothing any more.`,
  });
  const taken = typeof asking === 'object' ? asking.taken : undefined;
  return (
    <Section
      title="Policies of its own"
      about="For a right that nobody else shall ever have: they are in no list, and go with it."
      actions={
        <ActButton
          needs={`keystead:Put${noun}InlinePolicy`}
          size="xs"
          variant="default"
          onClick={() => setAsking('put')}
        >
          Write a policy
        </ActButton>
      }
    >
      {inlinePolicies.length === 0 ? (
        <Text size="sm" c="dimmed">
          None.
        </Text>
      ) : (
        <DataTable
          caption={`Policies of ${name} alone`}
          rows={inlinePolicies}
          idOf={(policy) => policy}
          columns={[
            { name: 'Policy', cell: (policy) => policy },
            {
              name: 'Actions',
              cell: (policy) => (
                <ActButton
                  needs={`keystead:Delete${noun}InlinePolicy`}
                  size="compact-sm"
                  variant="default"
                  onClick={() => setAsking({ taken: policy })}
                  aria-label={`Take away ${policy}`}
                >
                  Take away
                </ActButton>
              ),
            },
          ]}
        />
      )}
      {asking === 'put' && <WritePolicy holder={holder} onClose={close} />}
      <Confirm
        isOpen={taken !== undefined}
        onClose={close}
        title={`Take the policy ${taken ?? ''} from ${name}?`}
        verb="Take it away"
        isDangerous
        command={commands.deleteInline(taken ?? '', name)}
        onConfirm={() => remove.mutateAsync(taken as string)}
      >
        It counts for nothing from the answer on. Its text is kept in the audit log alone.
      </Confirm>
    </Section>
  );
}

function WritePolicy({ holder, onClose }: { readonly holder: Holder; readonly onClose: () => void }) {
  const { name, commands, touches, inlinePolicies, putPolicy } = holder;
  const [called, setCalled] = useState('');
  const [document, setDocument] = useState(FIRST_POLICY);
  const put = useAct<void>({
    act: (api) => putPolicy(api, { name: called, document }),
    touches,
    done: () => `${called} counts for ${name} from now on.`,
  });
  const isReadable = policyWords(document) !== undefined;
  const isThere = inlinePolicies.includes(called);
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={`A policy of ${name} alone`}
      about="In the language of AWS IAM. It counts from the next request on."
      verb={isThere ? 'Put it in place of the one before' : 'Write the policy'}
      isReady={POLICY_NAME.test(called) && isReadable}
      command={commands.putInline(called || 'NAME', name)}
      onSubmit={() => put.mutateAsync()}
    >
      <PolicyName
        value={called}
        onChange={setCalled}
        {...(isThere && { description: `${name} has a policy of this name: this one takes its place.` })}
      />
      <PolicyText value={document} onChange={setDocument} />
    </FormDialog>
  );
}
