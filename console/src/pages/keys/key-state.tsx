import { Tooltip } from '@mantine/core';
import { StateBadge } from '../../ui/state-badge.tsx';
import { STATES, type KeyState as State } from './key-words.ts';

/** The state of a key; on hover what it means. */
export function KeyState({ state }: { readonly state: State }) {
  const { tone, word, meaning } = STATES[state];
  return (
    <Tooltip label={meaning} multiline maw={280}>
      <span>
        <StateBadge tone={tone}>{word}</StateBadge>
      </span>
    </Tooltip>
  );
}
