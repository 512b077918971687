import { Alert, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import type { Key } from '@keystead/sdk';
import { useState } from 'react';
import { KEY_COMMANDS } from '../../../commands/key-commands.ts';
import { Command } from '../../../ui/command.tsx';
import { CopyText } from '../../../ui/copy-text.tsx';
import { Facts } from '../../../ui/facts.tsx';
import { ButtonLink } from '../../../ui/links.tsx';
import { keyName } from '../key-words.ts';

interface CompareStepProps {
  readonly imported: Key;
  /** Undefined: the material was never in this browser. */
  readonly own: string | undefined;
  readonly servers: string | undefined;
  readonly isPending: boolean;
  /** What the file with the material is called at home; undefined: there is none. */
  readonly file: string | undefined;
  /** Whether who wrapped it has proven to have the same material: the nonce of an import token opened with it. */
  readonly isProven: boolean;
}

/** Both check values, beside each other. */
export function CompareStep({ imported, own, servers, isPending, file, isProven }: CompareStepProps) {
  const [noted, setNoted] = useState('');
  const mine = own ?? (noted === '' ? undefined : noted);
  const { region, keyId } = imported;
  return (
    <Stack maw={860}>
      <Verdict mine={mine} servers={servers} />
      <Facts
        facts={[
          [
            'Your check value',
            own === undefined ? undefined : <CopyText key="own" text={own} label="your check value" />,
          ],
          [
            'The server’s check value',
            servers === undefined ? (
              'none'
            ) : (
              <CopyText key="servers" text={servers} label="the check value of the server" />
            ),
          ],
          ['Key', keyName(imported)],
        ]}
      />
      {own === undefined && isProven && (
        <Text size="sm">
          The nonce opened with what came: the server holds the very key that encrypted it. An HSM that tells no check
          value has proven that much.
        </Text>
      )}
      {own === undefined && (
        <TextInput
          label="The check value that you noted"
          value={noted}
          onChange={(event) => setNoted(event.currentTarget.value.trim().toLowerCase().split(' ')[0] ?? '')}
          className="ks-code"
          autoComplete="off"
        />
      )}
      {isPending && (
        <Text size="sm">
          The new material waits beside what the key has. Rotate the key when it is to be used: what was encrypted
          before still opens.
        </Text>
      )}
      {file !== undefined && (
        <>
          <Text size="sm" c="dimmed">
            The same comparison at home, without a browser:
          </Text>
          <Command words={KEY_COMMANDS.checkValue(region, keyId, `./${file}`)} />
        </>
      )}
      <Group>
        <ButtonLink to="/keys/$region/$keyId" params={{ region, keyId }}>
          Go to the key
        </ButtonLink>
      </Group>
    </Stack>
  );
}

function Verdict({ mine, servers }: { readonly mine: string | undefined; readonly servers: string | undefined }) {
  if (servers === undefined || mine === undefined) {
    return (
      <Alert color="blue" variant="outline" role="status" title="The material was taken" c="var(--mantine-color-text)">
        Compare the check values: they are equal when the server holds exactly what you sent.
      </Alert>
    );
  }
  return mine === servers ? (
    <Alert
      color="green"
      variant="outline"
      role="status"
      title="The check values are equal"
      icon={<IconCheck aria-hidden />}
      c="var(--mantine-color-text)"
    >
      The server holds exactly the material that you have.
    </Alert>
  ) : (
    <Alert
      color="red"
      variant="outline"
      role="alert"
      title="The check values differ"
      icon={<IconAlertTriangle aria-hidden />}
      c="var(--mantine-color-text)"
    >
      The server holds other material than yours. Do not use the key: delete the material, and find out what was sent.
    </Alert>
  );
}
