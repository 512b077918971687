import type { PasskeySite } from '@keystead/sdk';
import { Alert, Text } from '@mantine/core';
import { hasPasskeys } from '../../../api/passkey.ts';
import { sentence } from '../../../ui/sentence.ts';

/** Why passkeys do not work here, and what would make them; nothing where they do. */
export function PasskeysUnusable({ site }: { readonly site: PasskeySite }) {
  if (site.isUsable && hasPasskeys()) return null;
  const [problem, action] = site.isUsable
    ? ['This browser has no passkeys.', 'Use a newer one, or sign in by a password with a code.']
    : [sentence(site.problem ?? 'passkeys do not work at this address'), site.action];
  return (
    <Alert color="gray" title="Passkeys do not work here">
      <Text size="sm">{problem}</Text>
      {action !== undefined && <Text size="sm">{action}</Text>}
    </Alert>
  );
}
