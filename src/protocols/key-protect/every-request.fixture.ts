import { CATALOG, type Endpoint, type OperationName } from './catalog.ts';
import { one, type Departure } from './key-protect.fixture.ts';

const CRN = 'crn:v1:bluemix:public:cloud-object-storage:global:a/1234:5678:bucket:b';
const UUID = '00000000-0000-4000-8000-000000000001';

/** What a well-formed request of each operation has in its body. */
const BODIES: { readonly [Name in OperationName]?: unknown } = {
  createKey: one('key', { name: 'made', extractable: false }),
  createKeyWithPolicyOverrides: one('key', {
    name: 'made',
    extractable: false,
    rotation: { enabled: true, interval_month: 3 },
  }),
  patchKey: { keyRingID: 'default' },
  wrap: { plaintext: 'AAAA' },
  createImportToken: {},
  putKeyPolicies: one('policy', { rotation: { enabled: true, interval_month: 3 } }),
  putInstancePolicies: one('policy', { policy_type: 'dualAuthDelete', policy_data: { enabled: false } }),
  createRegistration: one('registration_input', {}),
  replaceRegistration: one('registration_input', {}),
  updateRegistration: one('registration_input', { description: 'x' }),
  acknowledgeEvent: one('event_acknowledge', {
    eventId: UUID,
    eventType: 'rotate',
    resourceCRN: CRN,
    timestamp: '2027-01-15T08:00:00Z',
  }),
};

let made = 0;

/**
 * A request of an operation about a key; what else a path names is made up anew each time.
 *
 * @param ciphertext one that the key wrapped, in base64
 */
export function requestOf(
  name: OperationName,
  keyId: string,
  ciphertext: string,
): { readonly method: string; readonly path: string; readonly departure: Departure } {
  const { method, path }: Endpoint = CATALOG[name];
  const parts: Readonly<Record<string, string>> = {
    id: keyId,
    alias: `alias-${++made}`,
    ring: `ring-${++made}`,
    crn: encodeURIComponent(CRN),
  };
  const body = name === 'unwrap' || name === 'rewrap' ? { ciphertext } : BODIES[name];
  return {
    method,
    path: path.replaceAll(/\{(\w+)\}/g, (_, part: string) => parts[part] ?? UUID),
    departure: { ...(body !== undefined && { body }) },
  };
}
