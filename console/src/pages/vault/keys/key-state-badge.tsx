import type { Environment } from '@keystead/sdk';
import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/api.ts';
import { isRefused } from '../../../api/problem.ts';
import { StateBadge } from '../../../ui/state-badge.tsx';
import { keyWatchQuery } from '../api/vault-queries.ts';
import { keyStateWords } from '../words/key-state-words.ts';
import { useKeyState } from './use-key-state.ts';

/** How the master key of an environment stands, in a word. */
export function KeyStateBadge({ environment }: { readonly environment: Environment }) {
  const found = useKeyState(environment);
  const { error, isSuccess } = useQuery(keyWatchQuery(useApi(), environment.environmentId));
  if (found === undefined) {
    const why = isRefused(error) ? 'Not shown: you may not see it (keystead:GetKeyWatch)' : 'Not known';
    return <Text size="sm">{isSuccess ? 'Not looked at yet' : why}</Text>;
  }
  const { name, tone } = keyStateWords(found.state);
  return <StateBadge tone={tone}>{name}</StateBadge>;
}
