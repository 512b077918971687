import type { EnvironmentCheck } from '@keystead/sdk';
import { Group, List, Loader, Text, ThemeIcon } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconMinus, IconX } from '@tabler/icons-react';
import { checkName } from '../words/check-words.ts';
import { shortKeyName } from '../words/storage-words.ts';

const OUTCOMES = {
  passed: { name: 'Passed', color: 'keystead.8', icon: IconCheck },
  warned: { name: 'To know', color: 'yellow.9', icon: IconAlertTriangle },
  failed: { name: 'Failed', color: 'red.9', icon: IconX },
  skipped: { name: 'Not looked at', color: 'gray.7', icon: IconMinus },
} as const;

interface ChecksListProps {
  readonly checks: readonly EnvironmentCheck[];
}

/** What was looked at by using storage and keys: each with its result, and where it failed with what to do. */
export function ChecksList({ checks }: ChecksListProps) {
  const isSeveral = new Set(checks.flatMap(({ of }) => of ?? [])).size > 1;
  return (
    <List spacing="sm" size="sm" center={false} aria-label="Checks">
      {checks.map(({ check, of, outcome, what, next }) => {
        const { name, color, icon: Icon } = OUTCOMES[outcome];
        return (
          <List.Item
            key={`${check} ${of ?? ''}`}
            data-check={check}
            data-outcome={outcome}
            icon={
              <ThemeIcon color={color} size={22} radius="xl" aria-label={name} role="img">
                <Icon size={14} aria-hidden />
              </ThemeIcon>
            }
          >
            <Text size="sm" fw={600}>
              {checkName(check)}
              {isSeveral && of !== undefined && ` (${shortKeyName({ keyId: of })})`}
            </Text>
            <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
              {what}
            </Text>
            {next !== undefined && (
              <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
                {next}
              </Text>
            )}
          </List.Item>
        );
      })}
    </List>
  );
}

/** While it is looked. */
export function Looking() {
  return (
    <Group gap="sm" role="status">
      <Loader size="sm" aria-hidden />
      <Text size="sm">
        Storage and keys are used for real: an object is put and read back, a data key is made and opened again.
      </Text>
    </Group>
  );
}

/** How many checks came out how, in a sentence. */
export function checksText(checks: readonly EnvironmentCheck[]): string {
  const count = (outcome: EnvironmentCheck['outcome']): number =>
    checks.filter((check) => check.outcome === outcome).length;
  const parts = [`${count('passed')} passed`];
  if (count('warned') > 0) parts.push(`${count('warned')} to know of`);
  if (count('failed') > 0) parts.push(`${count('failed')} failed`);
  return `${parts.join(', ')}.`;
}
