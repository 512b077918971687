import type { Credential } from '@keystead/sdk';
import type { Methods } from '../mocked.ts';
import { ago, ahead, DAY, idOf, pageOf } from './made-up.ts';

const sample = (
  credentialId: string,
  of: string,
  type: Credential['type'],
  members: Partial<Credential> = {},
): Credential => ({
  credentialId,
  holder: 'user',
  principalId: idOf(of),
  type,
  state: 'active',
  createdAt: ago(200 * DAY),
  ...members,
});

const credentials = new Map(
  [
    sample('KSIA7Q2XGJ4N5PLTREWZ', 'backup-runner', 'access-key', {
      description: 'Nightly backup on db-1',
      expiresAt: ahead(160 * DAY),
      scopes: ['backup-administrator'],
      lastUsedAt: ago(DAY / 3),
      lastUsedFrom: '10.1.0.14',
      lastUsedBy: 'aws-kms',
    }),
    sample('2f1c44b0-1f0a-4f55-a71b-6d7f3f0a2b11', 'reporting', 'api-key', {
      description: 'Dashboards',
      expiresAt: ahead(12 * DAY),
      lastUsedAt: ago(DAY / 48),
      lastUsedFrom: '10.1.0.20',
      lastUsedBy: 'admin',
    }),
    sample('5a7de0c1-66d2-4d0e-8c14-0e4f9a1b7c22', 'ada', 'api-key', {
      withheld: ['owner'],
      lastUsedAt: ago(140 * DAY),
      lastUsedFrom: '198.51.100.7',
      lastUsedBy: 'key-protect',
    }),
    sample('KSIAZ3M8B1V6C9XKQWTY', 'mallory', 'access-key', { state: 'suspended' }),
  ].map((credential) => [credential.credentialId, credential]),
);

const change = async (credentialId: string, members: Partial<Credential>): Promise<Credential> => {
  const changed = { ...(credentials.get(credentialId) as Credential), ...members };
  credentials.set(credentialId, changed);
  return changed;
};

/** Credentials of the made-up server. */
export const credentialsMock = {
  listCredentials: (query) => {
    const { principal, type, state, unusedSince, expiringBefore } = query ?? {};
    return pageOf(
      [...credentials.values()].filter(
        (one) =>
          (principal === undefined || one.principalId === principal) &&
          (type === undefined || one.type === type) &&
          (state === undefined || one.state === state) &&
          (unusedSince === undefined || (one.lastUsedAt ?? one.createdAt) < unusedSince) &&
          (expiringBefore === undefined || (one.expiresAt !== undefined && one.expiresAt < expiringBefore)),
      ),
    );
  },
  createCredential: async (principalId, { type, expiresAt, description, scopes }) => {
    const credentialId = type === 'api-key' ? crypto.randomUUID() : 'KSIAMADEUPMADEUPMADE';
    const credential = sample(credentialId, '', type, {
      principalId,
      createdAt: ago(0),
      ...(expiresAt !== undefined && { expiresAt }),
      ...(description !== undefined && { description }),
      ...(scopes !== undefined && { scopes }),
    });
    credentials.set(credentialId, credential);
    return type === 'api-key'
      ? { credential, apiKey: 'ks_made-up-and-proves-nobody' }
      : { credential, accessKeyId: credentialId, secretAccessKey: 'made-up-and-proves-nobody' };
  },
  createRootCredential: async () => {
    const credential = sample('KSIAROOTROOTROOTROOT', '', 'access-key', { holder: 'root', createdAt: ago(0) });
    credentials.set(credential.credentialId, credential);
    return { credential, accessKeyId: credential.credentialId, secretAccessKey: 'made-up-and-proves-nobody' };
  },
  suspendCredential: (credentialId) => change(credentialId, { state: 'suspended' }),
  deleteCredential: async (credentialId) => {
    const gone = await change(credentialId, { state: 'suspended' });
    credentials.delete(credentialId);
    return gone;
  },
} satisfies Partial<Methods>;
