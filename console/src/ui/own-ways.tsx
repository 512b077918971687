import { Alert } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { AccessExplanation } from '@keystead/sdk';

const ACTS: Record<AccessExplanation['ownWays'][number], string> = {
  'kms:PutKeyPolicy': 'write the policy of the key (PutKeyPolicy)',
  'kms:CreateGrant': 'make grants on it (CreateGrant)',
};

/** Says of a refusal that who is refused could take the right itself, where that is so. */
export function OwnWays({ answer: { ownWays, principal } }: { readonly answer: AccessExplanation }) {
  if (ownWays.length === 0) return null;
  return (
    <Alert
      color="yellow"
      variant="outline"
      icon={<IconAlertTriangle aria-hidden />}
      title="But it could let itself do this"
      c="var(--mantine-color-text)"
    >
      {principal.split('/').at(-1) ?? principal} may {ownWays.map((way) => ACTS[way]).join(' and ')}, and so give this
      right to itself. The log would show that it did. To rule it out, deny {ownWays.join(' and ')} by a policy of your
      own.
    </Alert>
  );
}
