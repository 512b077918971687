import type { QuotaInUse, RateInForce } from '@keystead/sdk';
import { Progress, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../api/api.ts';
import { SETTINGS_COMMANDS } from '../../commands/settings-commands.ts';
import { countText } from '../../ui/amounts.ts';
import { Command } from '../../ui/command.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { Loading } from '../../ui/loading.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Section } from '../../ui/section.tsx';
import { Page } from '../../ui/page.tsx';

/** Quotas by their names, in words. */
const QUOTAS: Readonly<Record<string, string>> = {
  keysPerRegion: 'Keys',
  keyRingsPerRegion: 'Key rings',
  keyStoresPerRegion: 'Key stores',
  usersPerTenant: 'Users',
  rolesPerTenant: 'Assumable roles',
  policiesPerTenant: 'Policies',
  servicesPerTenant: 'Services that it hosts',
  aliasesPerKey: 'Aliases of a key',
  grantsPerKey: 'Grants of a key',
  grantsPerGrantee: 'Grants of a key for one grantee',
  tagsPerKey: 'Tags of a key',
  onDemandRotations: 'Rotations of a key by hand (AWS)',
  versionsPerKey: 'Versions of a key (IBM)',
  policyBytes: 'Bytes of a key policy',
  credentialsPerHolder: 'Credentials of one holder',
};

const RATES: Readonly<Record<RateInForce['rateClass'], string>> = {
  symmetric: 'Use of symmetric keys',
  rsa: 'Use of RSA keys',
  ecc: 'Use of elliptic-curve keys',
  ml: 'Use of ML-DSA and ML-KEM keys',
  hmac: 'Use of HMAC keys',
  keyStore: 'Use of keys of external key stores',
  read: 'Looking at keys',
  write: 'Changes of keys',
  sts: 'Sessions and tokens',
  admin: 'Admin API, this console with it',
};
const NEARLY_FULL = 0.8;
const PERCENT = 100;

/** How much there may be, how much there is, and how often one may ask. */
export function LimitsPage() {
  const api = useApi();
  const { data, error } = useQuery({ queryKey: ['limits'], queryFn: () => api.getLimits() });
  const counted = data?.quotas.filter(({ used }) => used !== undefined) ?? [];
  const ofEach = data?.quotas.filter(({ used }) => used === undefined) ?? [];
  return (
    <Page
      title="Limits"
      about="Whoever runs the server sets them (KEYSTEAD_QUOTAS, KEYSTEAD_RATES). What is over a limit is refused with its name; nothing that is there is touched."
    >
      <ProblemNotice error={error} title="Limits cannot be shown" />
      {data === undefined && !error && <Loading lines={8} />}
      {data !== undefined && (
        <Stack gap="xl">
          <Section title="How much of it is used">
            <DataTable
              caption="Limits in use"
              rows={counted}
              idOf={({ name, region = '' }) => `${name} ${region}`}
              columns={[
                { name: 'Thing', cell: ({ name }) => QUOTAS[name] ?? name },
                { name: 'Where', isSpare: true, cell: ({ region }) => region ?? 'the tenant' },
                { name: 'Used', cell: (quota) => <Used quota={quota} /> },
              ]}
            />
          </Section>
          <Section title="Of each thing">
            <DataTable
              caption="Limits of each thing"
              rows={ofEach}
              idOf={({ name }) => name}
              columns={[
                { name: 'Thing', cell: ({ name }) => QUOTAS[name] ?? name },
                { name: 'At most', isNumber: true, cell: ({ limit }) => countText(limit) },
              ]}
            />
          </Section>
          <Section title="How often">
            {data.rates.length === 0 ? (
              <Text size="sm">Nothing bounds how often this tenant asks.</Text>
            ) : (
              <DataTable
                caption="Rates"
                rows={data.rates}
                idOf={({ rateClass }) => rateClass}
                columns={[
                  { name: 'What', cell: ({ rateClass }) => RATES[rateClass] },
                  { name: 'In a second', isNumber: true, cell: ({ perSecond }) => countText(perSecond) },
                  { name: 'At once', isNumber: true, cell: ({ burst }) => countText(burst) },
                ]}
              />
            )}
          </Section>
        </Stack>
      )}
      <Command words={SETTINGS_COMMANDS.limits()} />
    </Page>
  );
}

function Used({ quota: { name, region = '', limit, used = 0 } }: { readonly quota: QuotaInUse }) {
  const share = limit === 0 ? 1 : used / limit;
  return (
    <Stack gap={4} maw={260}>
      <Text size="sm">
        {countText(used)} of {countText(limit)}
        {share >= NEARLY_FULL && ', nearly full'}
      </Text>
      <Progress.Root size="sm">
        <Progress.Section
          value={Math.min(PERCENT, share * PERCENT)}
          color={share >= NEARLY_FULL ? 'red.8' : 'keystead.6'}
          aria-label={`${QUOTAS[name] ?? name} ${region}`.trim()}
        />
      </Progress.Root>
    </Stack>
  );
}
