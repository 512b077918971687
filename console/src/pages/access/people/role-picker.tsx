import { Checkbox, Stack, Text } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/api.ts';
import { policiesQuery } from '../queries.ts';
import { roleName } from './role-names.ts';

/** Names that are there for what was set up before: offered only where somebody has them. */
const OLDER: readonly string[] = ['administrator', 'user'];

interface RolePickerProps {
  readonly label: string;
  readonly description?: string;
  readonly value: readonly string[];
  readonly onChange: (value: string[]) => void;
}

/** Roles with what each is for: the built-in ones, then those of the tenant. */
export function RolePicker({ label, description, value, onChange }: RolePickerProps) {
  const { data: policies } = useSuspenseQuery(policiesQuery(useApi()));
  const offered = policies.filter(({ name }) => !OLDER.includes(name) || value.includes(name));
  return (
    <Checkbox.Group label={label} description={description} value={[...value]} onChange={onChange}>
      <Stack gap="xs" mt="xs">
        {offered.map((policy) => (
          <Checkbox
            key={policy.name}
            value={policy.name}
            label={
              <Text component="span" size="sm" fw={600}>
                {roleName(policy.name)}
              </Text>
            }
            description={policy.description || 'A role of this tenant.'}
          />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}
