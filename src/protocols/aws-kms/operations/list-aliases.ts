import type { Alias } from '../../../keys/key.ts';
import { aliasSpace, keyIdOf } from '../../../keys/key-record.ts';
import { andThen } from '../../../records/ports.ts';
import { aliasArn, ID_OR_ARN } from '../arn.ts';
import { isFound } from '../expressible.ts';
import type { AliasListEntry } from '../model.gen.ts';
import type { Operation, OperationContext } from '../operation.ts';
import type { ResolvedKey } from '../resolve.ts';
import { resolveOwnKey } from './own-key.ts';
import { pageEnd, pageOf, readPage, type ListPage, type PageRequest } from './paging.ts';
import { seconds } from './words.ts';

const ACTION = 'kms:ListAliases';
const LIMITS = { default: 50, max: 100 };

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ListAliases.html */
export const listAliases: Operation<'ListAliases'> = {
  actions: [ACTION],
  keys: [{ member: 'KeyId', forms: ID_OR_ARN }],
  notes: 'there are no predefined aliases of AWS managed keys',
  prepare(context, input, nowMs) {
    const found = input.KeyId === undefined ? undefined : resolveOwnKey(context, ACTION, input.KeyId, nowMs);
    return andThen<ResolvedKey | undefined, ReturnType<typeof actOf>>(found, (resolved) => actOf(resolved));

    function actOf(resolved: ResolvedKey | undefined) {
      const list = { operation: 'ListAliases', keyId: resolved?.open.key.id ?? '' } as const;
      const request = readPage(context, list, LIMITS, input);
      return {
        // The API page names no permission on the key whose aliases are listed.
        targets: [{ action: ACTION, resource: '*' }],
        finds: true,
        async run(runAtMs: number) {
          const page = resolved ? ofKey(context, resolved, request) : await ofRegion(context, request, runAtMs);
          return { value: { Aliases: page.entries, ...pageEnd(context, list, page.next) } };
        },
      };
    }
  },
};

function ofKey(context: OperationContext, { open }: ResolvedKey, request: PageRequest): ListPage<AliasListEntry> {
  const { aliases, id } = open.key;
  // Names are ASCII, so this is the order of their bytes.
  const sorted = aliases.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const page = pageOf(
    sorted,
    ({ name }) => name,
    ({ name }, position) => name > position,
    request,
  );
  return { entries: page.entries.map((alias) => entryOf(context, alias, id)), next: page.next };
}

async function ofRegion(
  context: OperationContext,
  { limit, after }: PageRequest,
  nowMs: number,
): Promise<ListPage<AliasListEntry>> {
  const { instance, keys, records } = context;
  const space = aliasSpace(instance.tenantId, instance.region);
  const names = await records.listNames(space, { limit: limit + 1, ...(after !== undefined && { after }) });
  const page = names.slice(0, limit);
  const entries: AliasListEntry[] = [];
  for (const { name, id } of page) {
    const open = await keys.find(instance, keyIdOf(id));
    const alias = open?.key.aliases.find((one) => one.name === name);
    // An alias that was moved in between, or whose key is gone, is not there.
    if (open && alias && isFound(open.key, nowMs)) entries.push(entryOf(context, alias, open.key.id));
  }
  return { entries, next: names.length > limit ? page.at(-1)?.name : undefined };
}

function entryOf({ instance }: OperationContext, alias: Alias, keyId: string): AliasListEntry {
  return {
    AliasName: alias.name,
    AliasArn: aliasArn(instance.region, instance.accountId, alias.name),
    TargetKeyId: keyId,
    CreationDate: seconds(alias.createdAtMs),
    LastUpdatedDate: seconds(alias.updatedAtMs),
  };
}
