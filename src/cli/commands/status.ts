import type { CliCommand } from '../command.ts';

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
];
