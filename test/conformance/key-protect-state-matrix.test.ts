import { describe, expect, it } from 'vitest';
import { DAY, NOW } from '../../src/keys/key-space.fixture.ts';
import type { Account } from '../../src/protocols/aws-kms/endpoint.fixture.ts';
import { CATALOG, type OperationName } from '../../src/protocols/key-protect/catalog.ts';
import { one } from '../../src/protocols/key-protect/key-protect.fixture.ts';
import { BothWires } from './both-wires.fixture.ts';

/**
 * Every operation on a key in every state of a key, by its id and by its alias: the table of key states of
 * https://cloud.ibm.com/docs/key-protect?topic=key-protect-key-states, with what the AWS wire can make of a key besides.
 */

const HOUR = 3_600_000;

interface Made {
  readonly id: string;
  readonly alias: string;
  readonly ciphertext: string | undefined;
}

interface Column {
  /** The body of the request that makes the key; absent: the AWS wire makes it. */
  readonly resource?: object;
  /** What makes its state, done to each key at {@link NOW}. */
  readonly change?: (key: Made) => Promise<unknown>;
  /** Time that passes from then on, so that nothing has to wait. */
  readonly laterMs?: number;
  /** Whether the sweep comes by at that time, and an hour passes. */
  readonly isSwept?: true;
}

let world: BothWires;
let account: Account;

const ibm = (method: string, path: string, body?: unknown) => world.ibm(account, method, path, body);
const EXPIRING = { expirationDate: new Date(NOW + DAY).toISOString() };
const PAYLOAD = Buffer.alloc(32, 5).toString('base64');
const remove = ({ id }: Made) => ibm('DELETE', `/keys/${id}`);

const COLUMNS = {
  active: { resource: {} },
  imported: { resource: { payload: PAYLOAD } },
  secret: { resource: { extractable: true } },
  suspended: { resource: {}, change: ({ id }) => ibm('POST', `/keys/${id}/actions/disable`), laterMs: HOUR },
  deactivated: { resource: EXPIRING, laterMs: DAY },
  'deactivated, swept': { resource: EXPIRING, laterMs: DAY, isSwept: true },
  deleted: { resource: {}, change: remove, laterMs: 4 * HOUR },
  'deleted long ago': { resource: {}, change: remove, laterMs: 30 * DAY },
  purged: {
    resource: {},
    change: async (key) => {
      world.clock.set(NOW);
      await remove(key);
      world.clock.set(NOW + 4 * HOUR);
      await ibm('DELETE', `/keys/${key.id}/purge`);
    },
    laterMs: 5 * HOUR,
  },
  'let go by AWS': {
    resource: {},
    change: ({ id }) => world.call(account.admin, 'ScheduleKeyDeletion', { KeyId: id, PendingWindowInDays: 7 }),
    laterMs: 4 * HOUR,
  },
  'without material yet': {},
  'material deleted': {
    resource: { payload: PAYLOAD },
    change: ({ id }) => world.call(account.admin, 'DeleteImportedKeyMaterial', { KeyId: id }),
    laterMs: HOUR,
  },
} as const satisfies Readonly<Record<string, Column>>;

type ColumnName = keyof typeof COLUMNS;
const COLUMN_NAMES = Object.keys(COLUMNS) as ColumnName[];

interface Request {
  readonly operation: OperationName;
  readonly query?: string;
  readonly body?: (key: Made, column: ColumnName) => unknown;
}

const REQUESTS = {
  getKey: { operation: 'getKey' },
  getKeyMetadata: { operation: 'getKeyMetadata' },
  listKeyVersions: { operation: 'listKeyVersions' },
  'listKeyVersions of all states': { operation: 'listKeyVersions', query: '?allKeyStates=true' },
  listKeyRegistrations: { operation: 'listKeyRegistrations' },
  wrap: { operation: 'wrap' },
  unwrap: { operation: 'unwrap', body: ({ ciphertext }) => ({ ciphertext }) },
  rewrap: { operation: 'rewrap', body: ({ ciphertext }) => ({ ciphertext }) },
  rotate: {
    operation: 'rotate',
    body: (_, column) =>
      column === 'imported' || column === 'material deleted' || column === 'without material yet'
        ? { payload: Buffer.alloc(32, 6).toString('base64') }
        : undefined,
  },
  disable: { operation: 'disable' },
  enable: { operation: 'enable' },
  sync: { operation: 'sync' },
  patchKey: { operation: 'patchKey', body: () => ({ keyRingID: 'default' }) },
  createAlias: { operation: 'createAlias' },
  deleteAlias: { operation: 'deleteAlias' },
  deleteKey: { operation: 'deleteKey' },
  restoreKey: { operation: 'restoreKey' },
  purgeKey: { operation: 'purgeKey' },
  setKeyForDeletion: { operation: 'setKeyForDeletion' },
  unsetKeyForDeletion: { operation: 'unsetKeyForDeletion' },
  getKeyPolicies: { operation: 'getKeyPolicies' },
  putKeyPolicies: {
    operation: 'putKeyPolicies',
    query: '?policy=dualAuthDelete',
    body: () => one('policy', { dualAuthDelete: { enabled: true } }),
  },
} as const satisfies Readonly<Record<string, Request>>;

type RequestName = keyof typeof REQUESTS;
const REQUEST_NAMES = Object.keys(REQUESTS) as RequestName[];

let serial = 0;

/** Makes a key of a column for each request, changes all of them, lets the time pass, and sends the requests. */
async function outcomesOf(name: ColumnName, by: 'id' | 'alias'): Promise<Record<string, string | number>> {
  world = new BothWires();
  account = await world.account();
  const column: Column = COLUMNS[name];
  const made = new Map<RequestName, Made>();
  // Where a key wraps nothing itself, something that another one wrapped is put to it.
  const { ciphertext: foreign } = await make({ resource: {} });
  for (const request of REQUEST_NAMES) {
    const key = await make(column);
    made.set(request, { ...key, ciphertext: key.ciphertext ?? foreign });
  }
  for (const key of made.values()) await column.change?.(key);
  world.clock.set(NOW + (column.laterMs ?? 0));
  if (column.isSwept) {
    await world.sweep();
    world.clock.set(world.clock() + HOUR);
  }
  const outcomes: Record<string, string | number> = {};
  for (const [request, key] of made) outcomes[request] = await send(request, key, name, by);
  return outcomes;
}

async function make({ resource }: Column): Promise<Made> {
  const alias = `alias-${++serial}`;
  if (resource !== undefined) {
    const id = await world.ibmKey(account, { aliases: [alias], ...resource });
    const { body } = await ibm('POST', `/keys/${id}/actions/wrap`);
    return { id, alias, ciphertext: body.ciphertext as string | undefined };
  }
  const { body } = await world.call(account.admin, 'CreateKey', { Origin: 'EXTERNAL' });
  const id = body.KeyMetadata.KeyId as string;
  await world.call(account.admin, 'CreateAlias', { TargetKeyId: id, AliasName: `alias/${alias}` });
  return { id, alias, ciphertext: undefined };
}

async function send(name: RequestName, key: Made, column: ColumnName, by: 'id' | 'alias'): Promise<string | number> {
  const { operation, query = '', body }: Request = REQUESTS[name];
  const { method, path } = CATALOG[operation];
  const alias = operation === 'createAlias' ? `more-${++serial}` : key.alias;
  const at = path.replace('{id}', key[by]).replace('{alias}', alias);
  return (await ibm(method, at + query, body?.(key, column))).outcome;
}

/** What comes of it: the status, or IBM's code. */
const OUTCOMES = {
  Y: 200,
  C: 201,
  N: 204,
  state: 'KEY_ACTION_INVALID_STATE_ERR',
  gone: 'KEY_DELETED_ERR',
  root: 'KEY_ROOT_REQ_ERR',
  single: 'NOT_DUAL_AUTH_ERR',
  late: 'KEY_RESTORE_EXPIRED',
  none: 'KEY_NOT_FOUND_ERR',
} as const;
type Outcome = keyof typeof OUTCOMES;

/** In the order of the columns. */
const TABLE: Record<RequestName, string> = {
  //                      active imported secret suspended deactivated swept deleted long-ago purged aws no-material deleted-material
  getKey: 'Y Y Y Y Y Y Y Y none Y Y Y',
  getKeyMetadata: 'Y Y Y Y Y Y Y Y none Y Y Y',
  listKeyVersions: 'Y Y root state state state gone gone none gone state Y',
  'listKeyVersions of all states': 'Y Y root Y Y Y Y Y none Y Y Y',
  listKeyRegistrations: 'Y Y Y Y Y Y Y Y none Y Y Y',
  wrap: 'Y Y root state state state gone gone none gone state state',
  unwrap: 'Y Y root state Y Y gone gone none gone state state',
  rewrap: 'Y Y root state Y Y gone gone none gone state state',
  rotate: 'N N root state N N gone gone none gone state state',
  disable: 'N N root state state state gone gone none gone state state',
  enable: 'state state root N state state gone gone none gone state state',
  sync: 'N N root N N N N N none N N N',
  patchKey: 'Y Y Y Y Y Y Y Y none Y Y Y',
  createAlias: 'C C C C C C gone gone none gone C C',
  deleteAlias: 'N N N N N N gone gone none gone N N',
  deleteKey: 'N N N N N N gone gone none gone N N',
  restoreKey: 'state state state state state state C late none C state state',
  purgeKey: 'state state state state state state N N none state state state',
  setKeyForDeletion: 'single single single single single single gone gone none gone single single',
  unsetKeyForDeletion: 'single single single single single single gone gone none gone single single',
  getKeyPolicies: 'Y Y Y Y Y Y Y Y none Y Y Y',
  putKeyPolicies: 'Y Y Y Y Y Y gone gone none gone Y Y',
};

describe.each(COLUMN_NAMES)('a key that is: %s', (column) => {
  it.each(['id', 'alias'] as const)('answers as the table of states says, by its %s', async (by) => {
    const index = COLUMN_NAMES.indexOf(column);
    const expected = REQUEST_NAMES.map((name) => [name, OUTCOMES[TABLE[name].split(' ')[index] as Outcome]]);
    expect(Object.entries(await outcomesOf(column, by))).toEqual(expected);
    expect(world.faults).toEqual([]);
  });
});

describe('the table', () => {
  /** What services alone write is told of with registrations. */
  const ELSEWHERE: ReadonlySet<string> = new Set([
    'createRegistration',
    'replaceRegistration',
    'updateRegistration',
    'deleteRegistration',
  ]);

  it('has every operation on a key, and a cell for every state', () => {
    const onKeys = (Object.keys(CATALOG) as OperationName[]).filter((name) => CATALOG[name].path.includes('{id}'));
    const told = new Set<string>(Object.values(REQUESTS).map(({ operation }) => operation));
    expect(onKeys.filter((name) => !told.has(name) && !ELSEWHERE.has(name))).toEqual([]);
    const cells = Object.values(TABLE).map((row) => row.split(' ').length);
    expect(new Set(cells)).toEqual(new Set([COLUMN_NAMES.length]));
  });
});
