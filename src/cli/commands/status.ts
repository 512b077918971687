import type { QuotaInUse, RateInForce } from '@keystead/sdk';
import type { CliCommand } from '../command.ts';
import type { Column } from '../output.ts';

const QUOTAS: readonly Column<QuotaInUse>[] = [
  ['QUOTA', ({ name }) => name],
  ['REGION', ({ region }) => region],
  ['USED', ({ used }) => used],
  ['LIMIT', ({ limit }) => limit],
];

const RATES: readonly Column<RateInForce>[] = [
  ['RATE', ({ rateClass }) => rateClass],
  ['PER SECOND', ({ perSecond }) => perSecond],
  ['AT ONCE', ({ burst }) => burst],
];

export const STATUS_COMMANDS: readonly CliCommand[] = [
  {
    path: 'status',
    summary: 'Tells which installation answers, and its version',
    reach: 'remote',
    examples: ['status', 'status --url https://keys.example.org:8420'],
    run: async ({ client, output }) => output.item(await client().getStatus()),
  },
  {
    path: 'whoami',
    summary: 'Tells who your API key belongs to',
    reach: 'remote',
    examples: ['whoami', 'whoami --api-key-file ./api-key'],
    run: async ({ client, output }) => output.item(await client().whoAmI()),
  },
  {
    path: 'overview',
    summary: 'Shows how things stand with keys, environments, alerts and uses, as far as you may see them',
    reach: 'remote',
    examples: ['overview', 'overview --json'],
    run: async ({ client, output }) => output.item(await client().getOverview()),
  },
  {
    path: 'limits',
    summary: 'Shows how much there may be of each thing, and how much of it your tenant has',
    reach: 'remote',
    examples: ['limits', 'limits --json'],
    run: async ({ client, output }) => {
      const limits = await client().getLimits();
      if (output.isJson) return output.item(limits);
      const { quotas, rates } = limits;
      output.rows(quotas, QUOTAS, 'Nothing is bounded.');
      if (rates.length > 0) output.rows(rates, RATES, '');
    },
  },
];
