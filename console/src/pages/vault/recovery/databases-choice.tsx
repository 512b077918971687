import { Checkbox, Group, Stack, Text, TextInput } from '@mantine/core';
import { sizeText } from '../../../ui/amounts.ts';

/** Databases that are to be restored, each with the name that it is restored under. */
export type ChosenDatabases = ReadonlyMap<string, string>;

interface DatabasesChoiceProps {
  readonly databases: readonly { readonly name: string; readonly size: number | undefined }[];
  readonly chosen: ChosenDatabases;
  readonly onChange: (chosen: ChosenDatabases) => void;
}

/** Which databases of a snapshot are restored, and under which names. */
export function DatabasesChoice({ databases, chosen, onChange }: DatabasesChoiceProps) {
  const choose = (name: string, into: string | undefined): void => {
    const next = new Map(chosen);
    if (into === undefined) next.delete(name);
    else next.set(name, into);
    onChange(next);
  };
  return (
    <Stack gap="xs" role="group" aria-label="Databases of the snapshot">
      <Text size="sm" fw={500}>
        Databases of the snapshot
      </Text>
      {databases.map(({ name, size }) => {
        const into = chosen.get(name);
        return (
          <Group key={name} justify="space-between" align="center">
            <Checkbox
              label={name}
              description={size === undefined ? undefined : sizeText(size)}
              checked={into !== undefined}
              onChange={(event) => choose(name, event.currentTarget.checked ? name : undefined)}
            />
            {into !== undefined && (
              <TextInput
                size="xs"
                aria-label={`Restore ${name} under the name`}
                value={into}
                onChange={(event) => choose(name, event.currentTarget.value)}
              />
            )}
          </Group>
        );
      })}
    </Stack>
  );
}
