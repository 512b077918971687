import { Text } from '@mantine/core';
import { useState } from 'react';
import type { Api } from '../../../api/api.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { Section } from '../../../ui/section.tsx';
import { PoliciesDialog } from '../policies-dialog.tsx';
import type { Holder } from './holder.ts';
import { OwnPoliciesSection } from './own-policies-section.tsx';
import { TagsSection } from './tags-section.tsx';

interface RightsSectionsProps {
  readonly holder: Holder;
  /** What attached policies are called here. */
  readonly called: 'roles' | 'policies';
  readonly policies: readonly string[];
  readonly attach: (api: Api, policy: string) => Promise<unknown>;
  readonly detach: (api: Api, policy: string) => Promise<unknown>;
  /** What those who come by have to know of it. */
  readonly about: string;
}

/** What a program or an assumed role may: what it shares with others, what is its own, and its tags. */
export function RightsSections({ holder, called, policies, attach, detach, about }: RightsSectionsProps) {
  const { name, commands, noun, touches } = holder;
  const [isChanging, setIsChanging] = useState(false);
  return (
    <>
      <Section
        title="What it may do"
        about={about}
        actions={
          <ActButton needs={`keystead:Attach${noun}Policy`} size="xs" onClick={() => setIsChanging(true)}>
            Change the {called}
          </ActButton>
        }
      >
        <Text size="sm">
          {policies.length > 0
            ? policies.join(', ')
            : holder.inlinePolicies.length > 0
              ? 'What the policies of its own say.'
              : `Nothing yet: it has no ${called}.`}
        </Text>
      </Section>
      <OwnPoliciesSection holder={holder} />
      <TagsSection holder={holder} />
      {isChanging && (
        <PoliciesDialog
          name={name}
          called={called}
          before={policies}
          attach={attach}
          detach={detach}
          touches={touches}
          commandOf={(isAdded, policy) => (isAdded ? commands.attach(policy, name) : commands.detach(policy, name))}
          onClose={() => setIsChanging(false)}
        />
      )}
    </>
  );
}
