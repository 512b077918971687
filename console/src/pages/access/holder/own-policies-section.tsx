import { Code, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { Command } from '../../../ui/command.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { Section } from '../../../ui/section.tsx';
import { PolicyName, PolicyText } from '../roles/policy-fields.tsx';
import { FIRST_POLICY, indented, POLICY_NAME, policyWords } from '../roles/policy-words.ts';
import { StrangeActions } from '../roles/strange-actions.tsx';
import { WhatItMay } from '../roles/what-it-may.tsx';
import type { Holder } from './holder.ts';

/** Policies that belong to one user or role alone, and go with it. */
export function OwnPoliciesSection({ holder }: { readonly holder: Holder }) {
  const { name, commands, noun, inlinePolicies, touches, deletePolicy } = holder;
  const [asking, setAsking] = useState<'put' | { readonly taken: string } | { readonly read: string }>();
  const close = (): void => setAsking(undefined);
  const remove = useAct({
    act: (api, policy: string) => deletePolicy(api, policy),
    touches,
    done: (_, policy) => `${policy} counts for nothing any more.`,
  });
  const taken = typeof asking === 'object' && 'taken' in asking ? asking.taken : undefined;
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
                <Group gap="xs">
                  <ActButton
                    needs={`keystead:Get${noun}`}
                    size="compact-sm"
                    variant="default"
                    onClick={() => setAsking({ read: policy })}
                    aria-label={`Read ${policy}`}
                  >
                    Read
                  </ActButton>
                  <ActButton
                    needs={`keystead:Delete${noun}InlinePolicy`}
                    size="compact-sm"
                    variant="default"
                    onClick={() => setAsking({ taken: policy })}
                    aria-label={`Take away ${policy}`}
                  >
                    Take away
                  </ActButton>
                </Group>
              ),
            },
          ]}
        />
      )}
      {asking === 'put' && <WritePolicy holder={holder} onClose={close} />}
      {typeof asking === 'object' && 'read' in asking && (
        <ReadPolicy holder={holder} called={asking.read} onClose={close} />
      )}
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

function ReadPolicy({
  holder: { name, commands, touches, readPolicies },
  called,
  onClose,
}: {
  readonly holder: Holder;
  readonly called: string;
  readonly onClose: () => void;
}) {
  const api = useApi();
  const { data, error } = useQuery({
    queryKey: [...touches.slice(0, 1).flat(), 'policies of its own', name],
    queryFn: () => readPolicies(api),
  });
  const document = data?.items.find((policy) => policy.name === called)?.document;
  return (
    <Dialog title={`The policy ${called} of ${name}`} size="lg" onClose={onClose}>
      <Stack>
        <ProblemNotice error={error} title="It cannot be read" />
        {document !== undefined && (
          <>
            <StrangeActions document={document} />
            <WhatItMay document={document} />
            <Code block tabIndex={0} role="region" aria-label={`Text of ${called}`}>
              {indented(document)}
            </Code>
          </>
        )}
        <Command words={commands.listInline(name)} />
      </Stack>
    </Dialog>
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
