import { Alert, Button, Group, Text } from '@mantine/core';
import { Time } from '../../../ui/time.tsx';
import { keyName } from '../key-words.ts';
import { expiryOf, type KeptWrapping } from './kept-wrapping.ts';

interface KeptNoticeProps {
  readonly kept: KeptWrapping;
  readonly onGoOn: () => void;
  readonly onForget: () => void;
}

/** Material is being wrapped elsewhere, and this tab still has what the wrapped file goes in with. */
export function KeptNotice({ kept: { plan, wrapping }, onGoOn, onForget }: KeptNoticeProps) {
  const name = plan.key === undefined ? plan.alias : keyName(plan.key);
  return (
    <Alert maw={860} mb="md" variant="outline" title={`You are bringing ${name === '' ? 'a key' : name}`}>
      <Text size="sm">
        Its wrapping key and token are still in this tab. They expire <Time at={expiryOf(wrapping)} />.
      </Text>
      <Group mt="sm">
        <Button size="xs" onClick={onGoOn}>
          Go on with it
        </Button>
        <Button size="xs" variant="default" onClick={onForget}>
          Give it up
        </Button>
      </Group>
    </Alert>
  );
}
