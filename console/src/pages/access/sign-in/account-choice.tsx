import { Anchor, Button, Group, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { readAccount } from './account.ts';

interface AccountChoiceProps {
  readonly account: string | undefined;
  readonly onChoose: (account: string | undefined) => void;
}

/** Which account to sign in to. Most installations have one: then nobody needs to touch it. */
export function AccountChoice({ account, onChoose }: AccountChoiceProps) {
  const [isOpen, setOpen] = useState(false);
  const [text, setText] = useState(account ?? '');
  if (!isOpen)
    return (
      <Group gap="xs" justify="center">
        <Text size="sm" c="dimmed">
          {account === undefined ? 'First account of this server' : `Account ${account}`}
        </Text>
        <Anchor component="button" type="button" size="sm" onClick={() => setOpen(true)}>
          Another account
        </Anchor>
      </Group>
    );
  const chosen = readAccount(text);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onChoose(chosen);
        setOpen(false);
      }}
    >
      <Group align="flex-end" gap="xs" wrap="nowrap">
        <TextInput
          flex={1}
          label="Account"
          description="Twelve digits. Empty: the first account of this server"
          inputMode="numeric"
          autoComplete="off"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          {...(text !== '' && chosen === undefined && { error: 'An account has twelve digits' })}
          data-autofocus
        />
        <Button type="submit" variant="default" disabled={text !== '' && chosen === undefined}>
          Choose
        </Button>
      </Group>
    </form>
  );
}
