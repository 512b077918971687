import type { OverviewLog } from '@keystead/sdk';
import { Text } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { countOf } from '../../ui/amounts.ts';
import { TextLink } from '../../ui/links.tsx';
import { Time } from '../../ui/time.tsx';
import { Card } from './card.tsx';

/** Whether what is done is written down and signed. The server answers at all only while its seal is open. */
export function HealthCard({ log: { size, signedAt } }: { readonly log: OverviewLog }) {
  return (
    <Card
      title="Health"
      icon={IconShieldCheck}
      link={
        <TextLink to="/settings/seal" size="sm">
          Seal and health
        </TextLink>
      }
    >
      <Text size="sm">The seal is open: keys can be used.</Text>
      <Text size="sm">
        {signedAt === undefined ? (
          'The audit log is not signed yet; that takes a second or so after its first entry.'
        ) : (
          <>
            The audit log has{' '}
            <TextLink to="/audit" size="sm" underline="always">
              {countOf(size, 'entry', 'entries')}
            </TextLink>
            , signed <Time at={signedAt} />.
          </>
        )}
      </Text>
    </Card>
  );
}
