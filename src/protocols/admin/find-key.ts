import Type from 'typebox';
import { KeyError } from '../../keys/errors.ts';
import type { OpenKey } from '../../keys/open-key.ts';
import { conditionOf } from '../../keys/state.ts';
import type { Target } from '../../pipeline/act.ts';
import { keyArn } from './arn.ts';
import { AdminRefusal } from './refusal.ts';
import type { AdminContext } from './route.ts';
import { closed, REGION_NAME } from './schema.ts';

/** A key by its id or by its alias. */
export const KEY_NAME = Type.String({
  pattern: '^(?:(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})|alias/[a-zA-Z0-9/_-]{1,250})$',
  description: 'the id of a key, or alias/NAME',
});

export const KEY_PARAMS = closed({ region: REGION_NAME, keyId: KEY_NAME });
export const KEY_EXAMPLE = { region: 'us-east-1', keyId: '1c9a3b52-0f4e-4d59-8d1c-6a7e5b2f9e01' };

/** A key of the own tenant that a path names, or may name. */
export interface FoundKey {
  /** The permission to do something with it. Whoever may not use a key learns nothing of it. */
  readonly target: Target;
  readonly accountId: string;
  /**
   * The key. To be asked behind the decision.
   *
   * @throws {AdminRefusal} `region-not-found`
   * @throws {KeyError} `key-not-found`
   */
  require(nowMs: number): OpenKey;
}

/** Finds the key of a path. */
export async function findKey(
  { services, proof }: AdminContext,
  action: string,
  { region, keyId }: { readonly region: string; readonly keyId: string },
): Promise<FoundKey> {
  const { tenantId, accountId } = proof.tenant;
  const space = await services.directory.instance(tenantId, region);
  const open =
    space &&
    (await (keyId.startsWith('alias/') ? services.keys.findByAlias(space, keyId) : services.keys.find(space, keyId)));
  const resource = keyArn(region, accountId, open?.key.id ?? keyId);
  return {
    target: { action, resource, ...(open && { key: open, accountId }) },
    accountId,
    require(nowMs) {
      if (space === undefined) throw new AdminRefusal('region-not-found', `your tenant has no region ${region}`);
      if (open === undefined || conditionOf(open.key, nowMs) === 'gone') throw new KeyError('key-not-found', { keyId });
      return open;
    },
  };
}
