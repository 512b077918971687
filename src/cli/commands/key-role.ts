import type { KeysteadClient, Role } from '@keystead/sdk';
import type { CliCommand, Row, Session } from '../command.ts';
import type { Column } from '../output.ts';
import { ofHolder, onHolder } from './policy.ts';

type Wanted = Parameters<KeysteadClient['assignRoleKeyRole']>[1];
type Assignment = Role['keyRoles'][number];

const HOLDER: readonly Row[] = [
  ['--principal <name>', 'the user or the program of this name'],
  ['--role <name>', 'the role of this name: its sessions have what it has'],
];
const SCOPE: readonly Row[] = [
  ['--region <name>', 'over the instance in this region alone'],
  ['--ring <id>', 'over the keys of this key ring alone'],
  ['--key <id>', 'over this key alone'],
];
const COLUMNS: readonly Column<Assignment>[] = [
  ['ASSIGNMENT', ({ assignmentId }) => assignmentId],
  ['ROLES', ({ roles }) => roles.join(', ')],
  ['REGION', ({ region }) => region ?? 'all'],
  ['RING', ({ keyRing }) => keyRing ?? ''],
  ['KEY', ({ keyId }) => keyId ?? ''],
];

/** Roles and what they reach over, as they were given. */
export function scopeOf({ given }: Session): Pick<Wanted, 'region' | 'keyRing' | 'keyId'> {
  const [region, keyRing, keyId] = [given.optional('region'), given.optional('ring'), given.optional('key')];
  return {
    ...(region !== undefined && { region }),
    ...(keyRing !== undefined && { keyRing }),
    ...(keyId !== undefined && { keyId }),
  };
}

export const KEY_ROLE_SCOPE = SCOPE;

export const KEY_ROLE_COMMANDS: readonly CliCommand[] = [
  {
    path: 'key-role assign',
    summary: 'Gives a user or a role roles of IBM Key Protect: over all instances, one of them, a key ring or a key',
    reach: 'remote',
    arguments: [
      ['<key-role...>', 'Reader, ReaderPlus, Writer, Manager, KeyPurge, KmipAdapterManager; Viewer to Administrator'],
    ],
    options: [...HOLDER, ...SCOPE],
    examples: [
      'key-role assign Writer --principal payments-app --region us-south',
      'key-role assign Manager KeyPurge --principal alice --region us-south --ring payments',
      'key-role assign Reader --role nightly-backup',
    ],
    run: (session) => {
      // The server knows which roles there are, and says so.
      const body: Wanted = { roles: session.given.list('key-role') as Wanted['roles'], ...scopeOf(session) };
      return onHolder(session, {
        principal: (client, id) => client.assignPrincipalKeyRole(id, body),
        role: (client, role) => client.assignRoleKeyRole(role, body),
      });
    },
  },
  {
    path: 'key-role remove',
    summary: 'Takes an assignment from a user or a role: from the answer on it allows nothing',
    reach: 'remote',
    arguments: [['<assignment>', 'its id']],
    options: HOLDER,
    examples: ['key-role remove 8d7f1a52-93c4-4c0e-8a3f-1b6f2f4c9a10 --principal alice'],
    run: (session) => {
      const body = { assignmentId: session.given.text('assignment') };
      return onHolder(session, {
        principal: (client, id) => client.removePrincipalKeyRole(id, body),
        role: (client, role) => client.removeRoleKeyRole(role, body),
      });
    },
  },
  {
    path: 'key-role list',
    summary: 'Lists the roles of IBM Key Protect that a user or a role has',
    reach: 'remote',
    options: HOLDER,
    examples: ['key-role list --principal alice'],
    run: async (session) => {
      const { keyRoles } = await ofHolder<Pick<Role, 'keyRoles'>>(session, {
        principal: (client, id) => client.getPrincipal(id),
        role: (client, role) => client.getRole(role),
      });
      session.output.rows(keyRoles, COLUMNS, 'It has no role of IBM Key Protect.');
    },
  },
];
