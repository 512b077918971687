import { Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/api.ts';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { Command } from '../../../ui/command.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { Section } from '../../../ui/section.tsx';
import { holdsQuery } from '../api/vault-queries.ts';
import { useEnvironment } from '../api/use-environment.ts';
import { Hold } from './hold.tsx';
import { PlaceHold } from './place-hold.tsx';
import { useTabTitle } from '../../../ui/tab-title.ts';

/** Legal holds: what neither rules nor people delete, until two people release it. */
export function HoldsPage() {
  const { environmentId, label } = useEnvironment();
  useTabTitle('Holds', label);
  const { data: holds } = useSuspenseQuery(holdsQuery(useApi(), environmentId));
  const [isPlacing, { open, close }] = useDisclosure(false);
  const place = (
    <ActButton needs="keystead:PlaceHold" leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
      Place a hold
    </ActButton>
  );
  return (
    <>
      <Section
        title="Legal holds"
        about="Neither rules nor people delete what a hold covers. It takes two people to release one."
        actions={place}
      >
        {holds.length === 0 ? (
          <EmptyState title="Nothing is on hold" action={place}>
            Place a hold when something must not be deleted, whatever the rules say: for a legal matter, an audit, an
            investigation.
          </EmptyState>
        ) : (
          <Stack>
            {holds.toReversed().map((hold) => (
              <Hold key={hold.holdId} hold={hold} environmentId={environmentId} label={label} />
            ))}
          </Stack>
        )}
      </Section>
      <PlaceHold environmentId={environmentId} label={label} isOpen={isPlacing} onClose={close} />
      <Command words={VAULT_COMMANDS.listHolds(label)} />
    </>
  );
}
