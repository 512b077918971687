import type { Credential } from '@keystead/sdk';
import { Text } from '@mantine/core';
import { roleNames } from '../people/role-names.ts';

/** Which roles of its user a credential has no part in: it was issued before its user had them. Nothing where there is none. */
export function Withheld({ policies }: { readonly policies: NonNullable<Credential['withheld']> }) {
  if (policies.length === 0) return null;
  return (
    <Text size="xs" c="dimmed">
      Without {roleNames(policies)}: issued before its user had that. A new credential has it.
    </Text>
  );
}
