import { Alert, List, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/api.ts';
import { countOf } from '../../../ui/amounts.ts';
import { Loading } from '../../../ui/loading.tsx';
import { Time } from '../../../ui/time.tsx';
import { dependantsQuery } from '../dependants-query.ts';
import type { ListedKey } from '../key-words.ts';

const SHOWN = 5;

/** Who stops working first when a key stops working: looked up while one reads. */
export function BreaksFirst({ listed }: { readonly listed: ListedKey }) {
  const api = useApi();
  const found = useQuery(dependantsQuery(api, listed));
  if (found.data === undefined) return found.isPending ? <Loading lines={2} /> : <CannotTell />;
  const { key, registrations, environments, unknown, usesOfWeek = 0 } = found.data;
  const holders = registrations.filter(({ preventsDeletion }) => preventsDeletion).length;
  const isNothing = registrations.length === 0 && environments.length === 0 && unknown.length === 0;
  return (
    <Alert
      color="yellow"
      variant="outline"
      icon={<IconAlertTriangle aria-hidden />}
      title="What this breaks first"
      c="var(--mantine-color-text)"
    >
      <List size="sm" spacing={4}>
        {environments.map(({ environmentId, label, newestAt }) => (
          <List.Item key={environmentId}>
            The backups of{' '}
            <Text span fw={600}>
              {label}
            </Text>{' '}
            go dark: it is a master key of them.{' '}
            {newestAt === undefined ? (
              'None was proven restorable yet.'
            ) : (
              <>
                The newest that was proven restorable is of <Time at={newestAt} />.
              </>
            )}
          </List.Item>
        ))}
        {registrations.length > 0 && (
          <List.Item>
            {registrations.length} registered {registrations.length === 1 ? 'resource' : 'resources'}:{' '}
            <span className="ks-code">
              {registrations
                .slice(0, SHOWN)
                .map(({ description, resourceCrn }) => description ?? resourceCrn)
                .join(', ')}
            </span>
            {registrations.length > SHOWN && ` and ${registrations.length - SHOWN} more`}.
            {holders > 0 && ` ${holders} of them ${holders === 1 ? 'prevents' : 'prevent'} its deletion.`}
          </List.Item>
        )}
        <List.Item>
          {key === undefined ? (
            'When it was used last could not be found out.'
          ) : key.lastUse === undefined ? (
            'It was never used, as far as is recorded.'
          ) : (
            <>
              It was last used <Time at={key.lastUse.at} />, to {key.lastUse.action.replace(/^kms:/, '')}
              {usesOfWeek > 0 && `, and ${countOf(usesOfWeek, 'time')} in the last 7 days`}.
            </>
          )}
        </List.Item>
        {isNothing && (
          <List.Item>
            No environment has it as its master key, and no resource is registered with it. Others may use it
            nevertheless.
          </List.Item>
        )}
        {unknown.map((what) => (
          <List.Item key={what}>{what} may depend on it: you may not look at them.</List.Item>
        ))}
      </List>
    </Alert>
  );
}

function CannotTell() {
  return (
    <Alert color="yellow" variant="outline" title="What this breaks first" c="var(--mantine-color-text)">
      That could not be found out. Somebody may use the key.
    </Alert>
  );
}
