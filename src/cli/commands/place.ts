import type { KeysteadClient } from '@keystead/sdk';
import type { Session } from '../command.ts';
import { CliError } from '../errors.ts';

/** A key as the admin API names it: its region, and its id or alias there. */
export interface KeyPlace {
  readonly region: string;
  readonly key: string;
}

const KEY_ARN = /^arn:aws:kms:([a-z0-9-]+):(\d{12}):(?:key\/(.+)|(alias\/.+))$/;

/** The region that was named, or the only one that there is. @throws {CliError} */
export async function regionOf({ given, host }: Session, client: KeysteadClient): Promise<string> {
  const named = given.optional('region') ?? host.env['KEYSTEAD_REGION']?.trim();
  if (named !== undefined && named !== '') return named;
  const { items } = await client.listRegions({ limit: 2 });
  const [only, another] = items;
  if (only && !another) return only.region;
  throw new CliError(
    'usage',
    'region-missing',
    only ? 'your tenant has more than one region' : 'your tenant has no region',
    only
      ? 'Name one by --region, or the key by its ARN; "keystead tenant region list" lists them.'
      : 'Run "keystead tenant region add".',
  );
}

/** The key that was named by id, alias or ARN. An ARN says the region itself. @throws {CliError} */
export async function keyPlaceOf(session: Session, client: KeysteadClient): Promise<KeyPlace> {
  const text = session.given.text('key');
  const inArn = keyInArn(text);
  if (inArn === undefined) return { region: await regionOf(session, client), key: text };
  const named = session.given.optional('region');
  if (named !== undefined && named !== inArn.region)
    throw new CliError('usage', 'usage', `the key ${text} is not in ${named}`, 'Leave --region out: the ARN names it.');
  // The id of a key is nobody else's, but an alias may be in every account.
  if (inArn.key.startsWith('alias/')) await requireOwn(client, inArn.accountId);
  return { region: inArn.region, key: inArn.key };
}

/** What the ARN of a key or an alias names. `undefined` for everything else. */
export function keyInArn(text: string): (KeyPlace & { readonly accountId: string }) | undefined {
  const [, region, accountId, id, alias] = KEY_ARN.exec(text) ?? [];
  const key = alias ?? id;
  if (region === undefined || accountId === undefined || key === undefined) return undefined;
  return { region, accountId, key };
}

async function requireOwn(client: KeysteadClient, accountId: string): Promise<void> {
  const { items } = await client.listRegions({ limit: 1 });
  if (items[0]?.accountId === accountId) return;
  throw new CliError('failed', 'key-not-found', `account ${accountId} is not yours`, 'Name a key of your own tenant.');
}
