import { Accordion, List, Stack, Text } from '@mantine/core';
import { SIGN_IN_COMMANDS } from '../../../commands/access-commands.ts';
import { Command } from '../../../ui/command.tsx';

/** What to do who cannot sign in. */
export function LockedOut() {
  return (
    <Accordion chevronPosition="left" className="ks-gate-foot">
      <Accordion.Item value="locked-out">
        <Accordion.Control>
          <Text size="sm">You cannot sign in?</Text>
        </Accordion.Control>
        <Accordion.Panel>
          <Stack gap="sm">
            <List size="sm" spacing="xs">
              <List.Item>
                After five wrong tries in a row passwords wait: a minute first, then longer, at most an hour. A passkey
                goes on working meanwhile.
              </List.Item>
              <List.Item>
                Without your phone: type one of your recovery codes in place of the code. Each works once.
              </List.Item>
              <List.Item>
                Without passkey and recovery codes: ask an administrator for a new sign-in link. They make it under
                Access, People, or so:
              </List.Item>
            </List>
            <Command words={SIGN_IN_COMMANDS.link('your-name')} />
            <Text size="sm">
              Nobody can sign in any more: whoever has the server makes a new link for its first administrator, on the
              server itself.
            </Text>
            <Command words={SIGN_IN_COMMANDS.newFirst()} />
          </Stack>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}
