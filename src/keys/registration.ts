import type { Change } from './change.ts';
import { KeyError } from './errors.ts';
import { currentVersion, type Key, type KeyVersion } from './key.ts';
import type { KeySpace } from './key-space.ts';
import { putRegistration, registrationScope, removeRegistration } from './registration-record.ts';
import { isExpired } from './state.ts';

/**
 * How many resources may be registered with one key: a deletion by force takes all of them away in one commit, whose
 * entry names each and has an end.
 */
const REGISTRATIONS_PER_KEY = 250;
/** How many services may be among them: each is told of everything that becomes of the key, in the same commit. */
const SERVICES_PER_KEY = 50;

/**
 * In these states of its key a registration may be taken back. A key is never active again once it is deactivated: a
 * registration that could not be taken back would keep it for ever.
 */
const LEFT_IN: ReadonlySet<Key['state']> = new Set(['active', 'suspended', 'deactivated']);

/** What a service says of a resource that a key protects. */
export interface RegistrationFields {
  readonly description?: string;
  /** For the service itself; nobody else sees it. */
  readonly metadata?: string;
  /** Not even by force. */
  readonly preventsDeletion: boolean;
  /** The version of the key that protects the resource. */
  readonly versionId: string;
}

/** A resource's use of a key, as the service that has the resource registered it. */
export interface Registration extends RegistrationFields {
  readonly tenantId: string;
  readonly region: string;
  readonly keyId: string;
  readonly revision: number;
  readonly resourceCrn: string;
  /** The name of the service: it alone changes what it registered. */
  readonly service: string;
  readonly createdAtMs: number;
  readonly createdBy: string;
  readonly updatedAtMs: number;
  readonly updatedBy: string;
}

/** A service that asks. */
export interface Registrar {
  readonly service: string;
  /** As entries of registrations name it: `iamIdOf` of identity. */
  readonly iamId: string;
}

/** What a change is to bring; what is absent is as the verb says. */
export type Wanted = Partial<RegistrationFields>;

/**
 * Registers a resource with a key. `known` are the registrations that the key has.
 *
 * @throws {KeyError} `registration-key-unfit`, `registration-key-state`, `registration-exists`, `registration-limit`,
 *   `registration-version-unknown`
 */
export function register(
  space: KeySpace,
  key: Key,
  resourceCrn: string,
  wanted: Wanted,
  registrar: Registrar,
  known: readonly Registration[],
  nowMs: number,
): Change<Registration> {
  requireRegistrable(key, nowMs);
  if (known.some((one) => one.resourceCrn === resourceCrn))
    throw new KeyError('registration-exists', { keyId: key.id });
  const services = new Set(known.map(({ service }) => service)).add(registrar.service);
  if (services.size > SERVICES_PER_KEY) {
    throw new KeyError('registration-limit', { keyId: key.id, limit: SERVICES_PER_KEY, detail: 'services' });
  }
  const { tenantId, region } = space;
  const { service, iamId } = registrar;
  const registration: Registration = {
    tenantId,
    region,
    keyId: key.id,
    revision: 1,
    resourceCrn,
    service,
    ...fieldsOf(key, wanted),
    createdAtMs: nowMs,
    createdBy: iamId,
    updatedAtMs: nowMs,
    updatedBy: iamId,
  };
  const room = { tenantId, kind: 'registration', scope: registrationScope(key), below: REGISTRATIONS_PER_KEY } as const;
  const refusal = new KeyError('registration-limit', { keyId: key.id, limit: REGISTRATIONS_PER_KEY });
  return {
    value: registration,
    writes: [putRegistration(space.tenantKey, registration)],
    rooms: [{ room, refusal }],
  };
}

/**
 * Sets what is registered of a resource: all of it, or with `merge` only what is given.
 *
 * @throws {KeyError} `registration-key-unfit`, `registration-key-state`, `registration-owner`,
 *   `registration-version-unknown`
 */
export function changeRegistration(
  space: KeySpace,
  key: Key,
  before: Registration,
  wanted: Wanted,
  registrar: Registrar,
  { merge, nowMs }: { readonly merge: boolean; readonly nowMs: number },
): Change<Registration> {
  requireRegistrable(key, nowMs);
  requireOwner(before, registrar);
  const { description: _, metadata: __, ...bare } = before;
  const base = merge ? before : bare;
  const fields = fieldsOf(key, merge ? { ...given(before), ...wanted } : wanted);
  const after = { ...base, ...fields, revision: before.revision + 1, updatedAtMs: nowMs, updatedBy: registrar.iamId };
  return { value: after, writes: [putRegistration(space.tenantKey, after)] };
}

/** @throws {KeyError} `registration-key-unfit`, `registration-key-state`, `registration-owner` */
export function deregister(key: Key, before: Registration, registrar: Registrar): Change<Registration> {
  requireFit(key);
  if (!LEFT_IN.has(key.state)) throw new KeyError('registration-key-state', { keyId: key.id });
  requireOwner(before, registrar);
  return { value: before, writes: [removeRegistration(before)] };
}

function given({ description, metadata, preventsDeletion, versionId }: Registration): Wanted {
  return {
    ...(description !== undefined && { description }),
    ...(metadata !== undefined && { metadata }),
    preventsDeletion,
    versionId,
  };
}

function fieldsOf(
  key: Key,
  { description, metadata, preventsDeletion = false, versionId }: Wanted,
): RegistrationFields {
  const version = versionId === undefined ? currentVersion(key) : versionOf(key, versionId);
  if (version === undefined) throw new KeyError('registration-version-unknown', { keyId: key.id });
  return {
    ...(description !== undefined && { description }),
    ...(metadata !== undefined && { metadata }),
    preventsDeletion,
    versionId: version.id,
  };
}

/** A version that protects or has protected data. */
export function versionOf({ versions }: Key, versionId: string): KeyVersion | undefined {
  return versions.find(({ id, stage }) => id === versionId && stage !== 'pending');
}

/** What expires is deactivated from its time on, whether or not the sweep has come by. */
function requireRegistrable(key: Key, nowMs: number): void {
  requireFit(key);
  if (key.state !== 'active' || isExpired(key, nowMs)) {
    throw new KeyError('registration-key-state', { keyId: key.id });
  }
}

function requireFit({ id, extractable, usage }: Key): void {
  if (extractable || usage !== 'encrypt-decrypt') throw new KeyError('registration-key-unfit', { keyId: id });
}

function requireOwner({ service, keyId }: Registration, registrar: Registrar): void {
  if (service !== registrar.service) throw new KeyError('registration-owner', { keyId });
}
