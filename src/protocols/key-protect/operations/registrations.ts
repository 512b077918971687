import type { Key } from '../../../keys/key.ts';
import { readRegistration, registrationSpace, registrationsOf } from '../../../keys/registration-record.ts';
import type { Registration } from '../../../keys/registration.ts';
import { parseCrnQuery } from '../../../keys/resource-crn.ts';
import { andThen } from '../../../records/ports.ts';
import { collection, type Answer } from '../answer.ts';
import { badQuery } from '../errors.ts';
import { isExpressible } from '../expressible.ts';
import { facts } from '../facts.ts';
import { findKey, targetOf } from '../find-key.ts';
import { instanceTarget } from '../instance-target.ts';
import { Pauses } from '../../../pipeline/pauses.ts';
import { ringOf } from '../names.ts';
import type { Operation, OperationContext } from '../operation.ts';
import type { Query } from '../query.ts';
import { showRegistration } from '../show-registration.ts';

const PAGE = 1_000;

/** `GET /keys/{id}/registrations`: https://cloud.ibm.com/apidocs/key-protect#getregistrations */
export const listKeyRegistrations: Operation = {
  notes:
    'registrations of a deleted key are shown as well; `registrationMetadata` is shown to the service that wrote it; in `urlEncodedResourceCRNQuery` the ninth segment may be `*`, and it may be percent-encoded once more',
  prepare(context, { path, query }) {
    const wanted = wantedOf(query);
    const { limit, offset } = query.page();
    return andThen(findKey(context, path['id'] as string), (open) => ({
      targets: [targetOf(context, 'kms:ListRegistrations', open)],
      async run() {
        const { records } = context;
        const all = await registrationsOf(records, open.space.tenantKey, open.key);
        const found = all.filter(wanted);
        const shown = found
          .slice(offset, offset + limit)
          .map((one) => showRegistration(open.key, one, context.principal));
        return listed(shown, found.length, query);
      },
    }));
  },
};

/** `GET /keys/registrations`: https://cloud.ibm.com/apidocs/key-protect#getregistrationsallkeys */
export const listRegistrations: Operation = {
  prepare(context, { query }) {
    const wanted = wantedOf(query);
    const { limit, offset } = query.page();
    const total = query.flag('totalCount') === true;
    return {
      targets: [instanceTarget(context, 'kms:ListRegistrations', context.keyRing)],
      async run() {
        const shown: object[] = [];
        let count = 0;
        const pauses = new Pauses();
        for await (const [key, registration] of registrationsIn(context)) {
          await pauses.next();
          if (!wanted(registration)) continue;
          if (count >= offset && shown.length < limit) {
            shown.push(showRegistration(key, registration, context.principal));
          }
          count++;
          if (!total && shown.length === limit) break;
        }
        return listed(shown, count, query);
      },
    };
  },
};

/** Every registration of an instance with its key; a name whose record is gone meanwhile is passed over. */
async function* registrationsIn(context: OperationContext): AsyncGenerator<readonly [Key, Registration]> {
  const { records, instance, keys, keyRing } = context;
  const pauses = new Pauses();
  for (let after: string | undefined; ;) {
    const limit = { limit: PAGE, ...(after !== undefined && { after }) };
    const names = await records.listNames(registrationSpace(instance), limit);
    for (const { tenantId, kind, id } of names) {
      await pauses.next();
      const record = tenantId === instance.tenantId ? await records.read({ tenantId, kind, id }) : undefined;
      if (record === undefined) continue;
      const registration = readRegistration(instance.tenantKey, record);
      const open = registration.region === instance.region && (await keys.find(instance, registration.keyId));
      if (!open || open.key.state === 'destroyed' || !isExpressible(open.key)) continue;
      if (keyRing === undefined || ringOf(open.key) === keyRing) yield [open.key, registration];
    }
    if (names.length < PAGE) return;
    after = names.at(-1)?.name;
  }
}

function listed(
  shown: readonly object[],
  count: number,
  query: Query,
): { value: Answer; result: ReturnType<typeof facts> } {
  const metadata = query.flag('totalCount') === true ? { totalCount: count } : {};
  return { value: collection('registration', shown, { metadata }), result: facts({ totalResources: shown.length }) };
}

/** @throws {KeyProtectError} `INVALID_QUERY_PARAM_ERR` */
function wantedOf(query: Query): (registration: Registration) => boolean {
  query.flag('totalCount');
  const prevents = query.flag('preventKeyDeletion');
  const text = query.text('urlEncodedResourceCRNQuery');
  const match = text === undefined ? undefined : parseCrnQuery(decodedAgain(text));
  if (text !== undefined && match === undefined) {
    throw badQuery(
      'urlEncodedResourceCRNQuery',
      'a CRN with all ten segments, without * in the first eight; the last may end with * for a prefix',
    );
  }
  return ({ preventsDeletion, resourceCrn }) =>
    (prevents === undefined || prevents === preventsDeletion) && (match === undefined || match(resourceCrn));
}

/** Clients that encode what is encoded already send no colon at all. */
function decodedAgain(text: string): string {
  if (text.includes(':')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
