import {
  deregister,
  changeRegistration,
  register,
  type Registration,
  type Wanted,
} from '../../../keys/registration.ts';
import { readRegistration, registrationRef, registrationsOf } from '../../../keys/registration-record.ts';
import type { Change } from '../../../keys/change.ts';
import { KeyError } from '../../../keys/errors.ts';
import type { OpenKey } from '../../../keys/open-key.ts';
import type { Registrar } from '../../../keys/registration.ts';
import { isResourceCrn } from '../../../keys/resource-crn.ts';
import type { Precondition } from '../../../records/commit.ts';
import { andThen, type MaybePromise } from '../../../records/ports.ts';
import { collection, NO_CONTENT, type Answer } from '../answer.ts';
import { badBody, badField } from '../errors.ts';
import { facts } from '../facts.ts';
import { resourcesOf } from '../fields.ts';
import { findKey, targetOf } from '../find-key.ts';
import type { Operation, OperationContext } from '../operation.ts';
import { requireService } from '../services-only.ts';
import { showRegistration } from '../show-registration.ts';

interface Verb {
  readonly action: string;
  readonly notes?: string;
  readonly wants: boolean;
  readonly change: (asked: Asked, nowMs: number) => MaybePromise<Change<Registration>>;
  readonly answer: (shown: object) => Answer;
}

interface Asked {
  readonly context: OperationContext;
  readonly open: OpenKey;
  readonly crn: string;
  readonly wanted: Wanted;
  readonly registrar: Registrar;
}

const MAX_TEXT = 1_024;
const NAMES = ['description', 'registrationMetadata', 'preventKeyDeletion', 'keyVersionId'] as const;
const INFERRED = 'as IBM documented it until 2022; inferred: the answer, and that a body may be left out';

/** `POST /keys/{id}/registrations/{crn}` */
export const createRegistration = changing({
  action: 'kms:CreateRegistration',
  notes: `${INFERRED}; a key has at most 250 registrations of at most 50 services (409 REGISTRATION_QUOTA_ERR)`,
  wants: true,
  change: async ({ context, open, crn, wanted, registrar }, nowMs) => {
    const known = await registrationsOf(context.records, open.space.tenantKey, open.key);
    return register(open.space, open.key, crn, wanted, registrar, known, nowMs);
  },
  answer: (shown) => collection('registration', [shown], { status: 201 }),
});

/** `PUT /keys/{id}/registrations/{crn}` */
export const replaceRegistration = changing({
  action: 'kms:UpdateRegistration',
  notes: `${INFERRED}; what is not given is taken away, and the version becomes the current one`,
  wants: true,
  change: (asked, nowMs) => changed(asked, false, nowMs),
  answer: (shown) => collection('registration', [shown]),
});

/** `PATCH /keys/{id}/registrations/{crn}` */
export const updateRegistration = changing({
  action: 'kms:UpdateRegistration',
  notes: `${INFERRED}; what is not given stays`,
  wants: true,
  change: (asked, nowMs) => changed(asked, true, nowMs),
  answer: (shown) => collection('registration', [shown]),
});

/** `DELETE /keys/{id}/registrations/{crn}` */
export const deleteRegistration = changing({
  action: 'kms:DeleteRegistration',
  notes:
    'as IBM documented it until 2022; a registration with a deactivated key is taken back as well (inferred): the key could never be deleted otherwise',
  wants: false,
  change: async (asked) => deregister(asked.open.key, await requireRegistration(asked), asked.registrar),
  answer: () => NO_CONTENT,
});

function changing({ action, notes, wants, change, answer }: Verb): Operation {
  return {
    ...(notes !== undefined && { notes }),
    prepare(context, { path, body }) {
      const registrar = requireService(context.principal);
      const crn = path['crn'] as string;
      if (!isResourceCrn(crn)) {
        throw badField('resourceCrn', 'a CRN of ten segments, percent-encoded once, of at most 1024 characters');
      }
      if (!wants && body !== undefined) throw badBody('json: this request takes no body');
      const wanted = body === undefined ? {} : wantedOf(body);
      return andThen(findKey(context, path['id'] as string), (open) => ({
        targets: [targetOf(context, action, open)],
        details: facts({
          resourceCRN: crn,
          ...(wanted.preventsDeletion !== undefined && { preventKeyDeletion: wanted.preventsDeletion }),
        }),
        async run(nowMs) {
          const done = await change({ context, open, crn, wanted, registrar }, nowMs);
          return {
            ...done,
            value: answer(showRegistration(open.key, done.value, context.principal)),
            // The key is as it was found: a rotation or a deletion that comes in between is seen.
            preconditions: [stillThere(open)],
          };
        },
      }));
    },
  };
}

async function changed(asked: Asked, merge: boolean, nowMs: number): Promise<Change<Registration>> {
  const { open, wanted, registrar } = asked;
  return changeRegistration(open.space, open.key, await requireRegistration(asked), wanted, registrar, {
    merge,
    nowMs,
  });
}

/** @throws {KeyError} `registration-not-found` */
async function requireRegistration({ context, open, crn }: Asked): Promise<Registration> {
  const record = await context.records.read(registrationRef(open.key, crn));
  const registration = record && readRegistration(open.space.tenantKey, record);
  if (registration?.resourceCrn !== crn) throw new KeyError('registration-not-found', { keyId: open.key.id });
  return registration;
}

function stillThere({ key, recordId }: OpenKey): Precondition {
  return { ref: { tenantId: key.tenantId, kind: 'key', id: recordId }, revision: key.revision };
}

/** @throws {KeyProtectError} `BAD_BODY_ERR`, `INVALID_FIELD_ERR` */
function wantedOf(body: unknown): Wanted {
  const [fields, ...others] = resourcesOf(body, NAMES);
  if (fields === undefined || others.length > 0) throw badBody('Only one registration per request is supported');
  const description = fields.text('description', { min: 0, max: 240 });
  const metadata = fields.text('registrationMetadata', { min: 0, max: MAX_TEXT });
  const preventsDeletion = fields.flag('preventKeyDeletion');
  const versionId = fields.text('keyVersionId', { min: 1, max: 64 });
  return {
    ...(description !== undefined && { description }),
    ...(metadata !== undefined && { metadata }),
    ...(preventsDeletion !== undefined && { preventsDeletion }),
    ...(versionId !== undefined && { versionId }),
  };
}
