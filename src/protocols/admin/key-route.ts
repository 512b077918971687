import type { Static, TObject } from 'typebox';
import type { Json } from '../../bytes/canonical-json.ts';
import type { Key } from '../../keys/key.ts';
import type { KeySpace } from '../../keys/key-space.ts';
import { OpenKey } from '../../keys/open-key.ts';
import type { MaybePromise } from '../../records/ports.ts';
import type { KeyUse } from '../../audit/last-uses.ts';
import type { Done, Target } from '../../pipeline/act.ts';
import { lastUseOf } from '../../pipeline/last-use.ts';
import { findKey, KEY_EXAMPLE, KEY_PARAMS } from './find-key.ts';
import { adminRoute, type AdminContext, type AdminRoute } from './route.ts';
import { KEY, showKey } from './key-answer.ts';
import { requestContext, type Values } from './request-context.ts';

/** What an endpoint on one key says of itself; finding the key and its policy is common to all. */
interface KeyRoute<B extends TObject> {
  readonly id: string;
  readonly method: 'GET' | 'POST';
  /** Below the key: empty, or `/enable`. */
  readonly below: '' | `/${string}`;
  readonly action: `kms:${string}`;
  /** A further permission, where it does something besides. */
  readonly also?: `kms:${string}`;
  readonly summary: string;
  readonly body?: B;
  readonly example?: Static<B>;
  /** Permissions on other things than the key, that it takes as well. */
  readonly besides?: (context: AdminContext, region: string, body: Static<B>) => MaybePromise<readonly Target[]>;
  /** What the entry says besides the key. */
  readonly details?: (body: Static<B>) => Readonly<Record<string, Json>>;
  /** What conditions of policies may ask about what is wanted. */
  readonly asked?: (body: Static<B>) => Values;
  /** What makes things safer gets through on a full disk. */
  readonly urgent?: boolean;
  /** Whether what is replaced is gone from the disk when it is answered: material that is destroyed. */
  readonly shreds?: boolean;
  /** The change that is asked for; absent where the key is only shown. */
  readonly change?: (
    space: KeySpace,
    key: Key,
    body: Static<B>,
    nowMs: number,
    context: AdminContext,
  ) => MaybePromise<Done<Key>>;
}

interface Shown {
  readonly open: OpenKey;
  readonly lastUse: KeyUse | undefined;
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
    params: KEY_PARAMS,
    ...(row.body && { body: row.body }),
    answer: KEY,
    example: {
      params: KEY_EXAMPLE,
      ...(row.example && { body: row.example as Static<B> }),
    },
    prepare: async (context, { params, body }) => {
      const found = await findKey(context, row.action, params);
      const { accountId } = found;
      const target = row.asked
        ? { ...found.target, context: requestContext(row.asked(body as Static<B>)) }
        : found.target;
      const besides = (await row.besides?.(context, params.region, body as Static<B>)) ?? [];
      const asNamed = params.keyId === found.target.key?.key.id ? {} : { key: params.keyId };
      return {
        targets: [target, ...(row.also === undefined ? [] : [{ ...target, action: row.also }]), ...besides],
        details: { ...asNamed, ...row.details?.(body as Static<B>) },
        run: async (nowMs) => {
          const open = found.require(nowMs);
          const lastUse = await lastUseOf(context.services.records, open);
          if (row.change === undefined) return { value: { open, lastUse, accountId, nowMs } };
          const { space } = open;
          const { value, ...change } = await row.change(space, open.key, body as Static<B>, nowMs, context);
          return {
            value: { open: new OpenKey(value, space), lastUse, accountId, nowMs },
            ...change,
            ...(row.urgent === true && { urgent: true }),
            ...(row.shreds === true && { shred: true }),
          };
        },
      };
    },
    show: ({ open, lastUse, accountId, nowMs }: Shown) => showKey(open, accountId, nowMs, lastUse),
  });
}
