import { KeysteadClient } from '@keystead/sdk';
import { IamAuthenticator } from '@ibm-cloud/ibm-key-protect/auth/index.js';
import KeyProtectV2 from '@ibm-cloud/ibm-key-protect/ibm-key-protect-api/v2.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startInstallation, type RunningInstallation } from './server.fixture.ts';

let server: RunningInstallation;
let api: KeysteadClient;
beforeAll(async () => {
  server = await startInstallation();
  api = new KeysteadClient({ url: server.url, apiKey: server.first.apiKey });
});
afterAll(() => server.close());

/** IBM's client with IBM's authenticator, which gets its tokens from us. */
function client(apikey: string): KeyProtectV2 {
  const authenticator = new IamAuthenticator({ apikey, url: server.url, disableSslVerification: true });
  const made = new KeyProtectV2({ authenticator, serviceUrl: server.url });
  made.disableRetries();
  return made;
}

const rings = (of: KeyProtectV2) => of.listKeyRings({ bluemixInstance: server.first.instanceId });

async function apiKeyOf(name: string, serviceId = false): Promise<{ principalId: string; apiKey: string; id: string }> {
  const { principalId } = await api.createPrincipal({ name, policies: [], serviceId });
  const { apiKey = '', credential } = await api.createCredential(principalId, { type: 'api-key' });
  return { principalId, apiKey, id: credential.credentialId };
}

describe("IBM's authenticator", () => {
  it('turns an API key into a token that opens the Key Protect API', async () => {
    const { status, result } = await rings(client(server.first.apiKey));
    expect(status).toBe(200);
    expect(result.resources?.map(({ id }) => id)).toEqual(['default']);
  });

  it('tells what IAM answers to an API key that nobody has', async () => {
    await expect(rings(client(`ks_${'A'.repeat(43)}`))).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('Provided API key could not be found') as string,
    });
  });

  it('works for a service id once it has a role, and not any more once that is taken away', async () => {
    const { principalId, apiKey } = await apiKeyOf('payments-app', true);
    const program = client(apiKey);
    await expect(rings(program)).rejects.toMatchObject({ status: 401 });
    const { keyRoles, iamId } = await api.assignPrincipalKeyRole(principalId, { roles: ['Reader'] });
    expect(iamId).toBe(`iam-ServiceId-${principalId}`);
    expect((await rings(program)).status).toBe(200);
    await api.removePrincipalKeyRole(principalId, { assignmentId: keyRoles[0]?.assignmentId ?? '' });
    await expect(rings(program)).rejects.toMatchObject({ status: 401 });
  });

  it('is refused at once, token or not, when its API key is suspended', async () => {
    const { principalId, apiKey, id } = await apiKeyOf('leaver');
    await api.assignPrincipalKeyRole(principalId, { roles: ['Manager'] });
    const leaver = client(apiKey);
    expect((await rings(leaver)).status).toBe(200);
    await api.suspendCredential(id);
    await expect(rings(leaver)).rejects.toMatchObject({ status: 401 });
    await expect(rings(client(apiKey))).rejects.toMatchObject({ status: 400 });
  });

  it('works for a service that the tenant has authorized', async () => {
    const service = 'storage.example.com';
    await api.createService({ name: service });
    const { apiKey = '' } = await api.createServiceCredential(service, { type: 'api-key' });
    await expect(rings(client(apiKey))).rejects.toMatchObject({ status: 401 });
    const { authorizationId } = await api.createAuthorization({ service, roles: ['Reader'] });
    expect((await rings(client(apiKey))).status).toBe(200);
    expect((await api.listAuthorizations()).items).toMatchObject([{ authorizationId, service, roles: ['Reader'] }]);
    await api.deleteAuthorization(authorizationId);
    await expect(rings(client(apiKey))).rejects.toMatchObject({ status: 401 });
  });

  it('has left nothing in the log of the server', () => expect(server.errors).toEqual([]));
});
