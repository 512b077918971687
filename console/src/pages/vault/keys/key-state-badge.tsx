import type { Environment } from '@keystead/sdk';
import { Text } from '@mantine/core';
import { StateBadge } from '../../../ui/state-badge.tsx';
import { keyStateWords } from '../words/key-state-words.ts';
import { useKeyState } from './use-key-state.ts';

/** How the master key of an environment stands, in a word. */
export function KeyStateBadge({ environment }: { readonly environment: Environment }) {
  const found = useKeyState(environment);
  if (found === undefined) return <Text size="sm">Not looked at yet</Text>;
  const { name, tone } = keyStateWords(found.state);
  return <StateBadge tone={tone}>{name}</StateBadge>;
}
