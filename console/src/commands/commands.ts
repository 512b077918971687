import { ACCESS_MORE_COMMANDS } from './access-more-commands.ts';
import { ACCESS_COMMANDS, SIGN_IN_COMMANDS } from './access-commands.ts';
import { AUDIT_COMMANDS } from './audit-commands.ts';
import { PRINCIPAL_COMMANDS, ROLE_COMMANDS } from './holder-commands.ts';
import { KEY_COMMANDS } from './key-commands.ts';
import { SETTINGS_COMMANDS } from './settings-commands.ts';
import { VAULT_COMMANDS } from './vault-commands.ts';

/** Words of a command line, behind `keystead`. Given placeholders, each must be a command that there is: a test says so. */
export type CommandTable = Readonly<Record<string, (...values: string[]) => readonly string[]>>;

/** Every command that the console shows. */
export const COMMAND_TABLES: readonly CommandTable[] = [
  ACCESS_COMMANDS,
  ACCESS_MORE_COMMANDS,
  AUDIT_COMMANDS,
  KEY_COMMANDS,
  PRINCIPAL_COMMANDS,
  ROLE_COMMANDS,
  SETTINGS_COMMANDS,
  SIGN_IN_COMMANDS,
  VAULT_COMMANDS,
];
