import { listKeyRings as list } from '../../../keys/find-key-ring.ts';
import { DEFAULT_RING } from '../../../keys/key.ts';
import { collection } from '../answer.ts';
import { facts } from '../facts.ts';
import { instanceTarget } from '../instance-target.ts';
import { timestamp } from '../names.ts';
import type { Operation } from '../operation.ts';

const DEFAULT_LIMIT = 100;

/** `GET /key_rings`: `default` first, the others by their ids. */
export const listKeyRings: Operation = {
  prepare(context, { query }) {
    const { limit, offset } = query.page(DEFAULT_LIMIT);
    const isTotalWanted = query.flag('totalCount') ?? false;
    return {
      targets: [instanceTarget(context, 'kms:ListKeyRings')],
      async run() {
        const rings = await list(context.records, context.instance);
        const all = [
          { id: DEFAULT_RING },
          ...rings.map(({ id, createdAtMs, createdBy }) => ({ id, creationDate: timestamp(createdAtMs), createdBy })),
        ];
        const metadata = isTotalWanted ? { totalCount: all.length } : {};
        const shown = all.slice(offset, offset + limit);
        const result = facts({ totalResources: shown.length });
        return { value: collection('key_ring', shown, { metadata }), result };
      },
    };
  },
};
