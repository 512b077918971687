import type { Static, TObject } from 'typebox';
import Type from 'typebox';
import { KeyError } from '../../keys/errors.ts';
import type { Change } from '../../keys/change.ts';
import type { Key } from '../../keys/key.ts';
import { OpenKey } from '../../keys/open-key.ts';
import { conditionOf } from '../../keys/state.ts';
import type { Instance } from '../../identity/tenant.ts';
import { keyArn } from './arn.ts';
import type { MaybePromise } from '../../records/ports.ts';
import { AdminRefusal } from './refusal.ts';
import { adminRoute, type AdminContext, type AdminRoute } from './route.ts';
import { closed, REGION_NAME } from './schema.ts';
import { KEY, showKey } from './key-answer.ts';

/** A key by its id or by its alias. */
const KEY_NAME = Type.String({
  pattern: '^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32}|alias/[a-zA-Z0-9/_-]{1,250})$',
});

const PARAMS = closed({ region: REGION_NAME, keyId: KEY_NAME });

/** What an endpoint on one key says of itself; finding the key and its policy is common to all. */
interface KeyRoute<B extends TObject> {
  readonly id: string;
  readonly method: 'GET' | 'POST';
  /** Below the key: empty, or `/enable`. */
  readonly below: '' | `/${string}`;
  readonly action: `kms:${string}`;
  readonly summary: string;
  readonly body?: B;
  readonly example?: Static<B>;
  /** What makes things safer gets through on a full disk. */
  readonly urgent?: boolean;
  /** The change that is asked for; absent where the key is only shown. */
  readonly change?: (
    space: Instance,
    key: Key,
    body: Static<B>,
    nowMs: number,
    context: AdminContext,
  ) => MaybePromise<Change<Key>>;
}

interface Shown {
  readonly open: OpenKey;
  readonly accountId: string;
  readonly nowMs: number;
}

/** States an endpoint on one key. The same action and the same key policy decide as on every other wire. */
export function keyRoute<B extends TObject = TObject<Record<never, never>>>(row: KeyRoute<B>): AdminRoute {
  return adminRoute({
    id: row.id,
    method: row.method,
    path: `/regions/{region}/keys/{keyId}${row.below}`,
    action: row.action,
    summary: row.summary,
    status: 200,
    params: PARAMS,
    ...(row.body && { body: row.body }),
    answer: KEY,
    example: {
      params: { region: 'us-east-1', keyId: '1c9a3b52-0f4e-4d59-8d1c-6a7e5b2f9e01' },
      ...(row.example && { body: row.example as Static<B> }),
    },
    prepare: async (context, { params, body }) => {
      const { accountId } = context.proof.tenant;
      const space = await context.services.directory.instance(context.proof.tenant.tenantId, params.region);
      const open = space && (await findKey(context, space, params.keyId));
      const resource = keyArn(params.region, accountId, open?.key.id ?? params.keyId);
      return {
        // Whoever may not use a key learns nothing of it: that there is none is told behind the decision.
        targets: [{ action: row.action, resource, ...(open && { key: open, accountId }) }],
        ...(params.keyId !== open?.key.id && { details: { key: params.keyId } }),
        run: async (nowMs) => {
          if (space === undefined)
            throw new AdminRefusal('region-not-found', `your tenant has no region ${params.region}`);
          if (open === undefined || conditionOf(open.key, nowMs) === 'gone')
            throw new KeyError('key-not-found', { keyId: params.keyId });
          if (row.change === undefined) return { value: { open, accountId, nowMs } };
          const { value, writes } = await row.change(space, open.key, body as Static<B>, nowMs, context);
          return {
            value: { open: new OpenKey(value, space), accountId, nowMs },
            writes,
            ...(row.urgent === true && { urgent: true }),
          };
        },
      };
    },
    show: ({ open, accountId, nowMs }: Shown) => showKey(open, accountId, nowMs),
  });
}

async function findKey({ services }: AdminContext, space: Instance, name: string): Promise<OpenKey | undefined> {
  return name.startsWith('alias/') ? services.keys.findByAlias(space, name) : services.keys.find(space, name);
}
