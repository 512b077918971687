import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { problemOf } from '../../../api/problem.ts';
import { useKeyChange } from '../key-query.ts';
import { keyName } from '../key-words.ts';
import { KEY_ACTS, type ActedKey, type KeyActChoices, type KeyActName } from './key-acts.ts';

const UNDO_SHOWN_MS = 12_000;
const NO_CHOICES: KeyActChoices = { days: 30, force: false };

/** Does something with the life of a key, says that it was done, and offers to take it back where that is possible. */
export function useKeyAct(listed: ActedKey): (name: KeyActName, choices: KeyActChoices) => Promise<void> {
  const { region, keyId } = listed;
  const change = useKeyChange(region, keyId);
  const called = keyName(listed);
  return async function run(name, choices) {
    const { run: act, done, undo } = KEY_ACTS[name];
    await change((api) => act(api, region, keyId, choices));
    const id = `${name} ${keyId}`;
    const takeBack = (back: KeyActName): void => {
      notifications.hide(id);
      run(back, NO_CHOICES).catch((error: unknown) =>
        notifications.show({ color: 'red', title: 'This was not undone', message: problemOf(error).message }),
      );
    };
    notifications.show({
      id,
      ...(undo !== undefined && { autoClose: UNDO_SHOWN_MS }),
      message: (
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm">{done(called)}</Text>
          {undo !== undefined && (
            <Button size="compact-sm" variant="default" onClick={() => takeBack(undo)}>
              Undo
            </Button>
          )}
        </Group>
      ),
    });
  };
}
