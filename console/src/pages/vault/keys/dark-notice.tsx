import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconMoonStars } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { countOf } from '../../../ui/amounts.ts';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { ExactTime, Time } from '../../../ui/time.tsx';
import { environmentKey, keyWatchQuery } from '../api/vault-queries.ts';
import { useEnvironment } from '../api/use-environment.ts';
import { keyStateWords } from '../words/key-state-words.ts';
import { shortKeyName } from '../words/storage-words.ts';
import { useKeyState } from './use-key-state.ts';

/** Where the master key says no: that the backups are dark, what waits, and how to bring them back. */
export function DarkNotice() {
  const environment = useEnvironment();
  const { environmentId, masterKey } = environment;
  const found = useKeyState(environment);
  const { data: watch } = useQuery(keyWatchQuery(useApi(), environmentId));
  const look = useAct({
    act: (api) => api.checkKeys(environmentId),
    touches: [environmentKey(environmentId), ['keys']],
    done: ({ keys }) =>
      keys.every(({ state }) => state === 'good')
        ? 'The keys are good.'
        : 'The keys were looked at: they still say no.',
  });
  const enable = useAct({
    act: async (api) => {
      await api.enableKey(masterKey.region, shortKeyName(masterKey));
      return api.checkKeys(environmentId);
    },
    touches: [environmentKey(environmentId), ['keys']],
    done: () => 'The key is enabled, and the backups are back.',
  });
  if (found === undefined) return null;
  const words = keyStateWords(found.state);
  if (!words.isDark) return null;
  const { outlook } = found;
  const canEnable = masterKey.provider === 'keystead' && found.state === 'disabled';
  return (
    <Alert
      color="red"
      icon={<IconMoonStars aria-hidden />}
      title={`The backups are dark: the master key is ${words.name.toLowerCase()}`}
      role="alert"
    >
      <Stack gap="xs">
        <Text size="sm">{words.meaning}</Text>
        {found.deletionAt !== undefined && (
          <Text size="sm" fw={600}>
            The key is deleted on <ExactTime at={found.deletionAt} />
            {outlook !== undefined && `: then ${countOf(outlook.unreadableCount, 'snapshot')} can be opened by nobody`}.
          </Text>
        )}
        {words.next !== undefined && (
          <Text size="sm" fw={600}>
            {words.next}
          </Text>
        )}
        {watch?.held !== undefined && (
          <Text size="sm">
            Scheduled runs are held since <Time at={watch.held.since} />. They run once, by themselves, when the key is
            back.
          </Text>
        )}
        <ProblemNotice error={enable.error ?? look.error} />
        <Group gap="xs">
          {canEnable && (
            <Button size="xs" loading={enable.isPending} onClick={() => enable.mutate()}>
              Enable the key
            </Button>
          )}
          <Button size="xs" variant="default" loading={look.isPending} onClick={() => look.mutate()}>
            Look again now
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
