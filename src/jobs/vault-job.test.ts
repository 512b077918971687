import { expect, it } from 'vitest';
import { bytesOf } from '../bytes/bytes.ts';
import { TenantKey } from '../crypto/hierarchy.ts';
import type { Tenant } from '../identity/tenant.ts';
import { EnvironmentError } from '../vault/environments/environment-error.ts';
import { makeEnvironment, type Environment } from '../vault/environments/environment.ts';
import { systemRandom as random } from '../vault/ports.ts';
import type { Work } from '../vault/runs/job.ts';
import { Runner } from '../vault/runs/runner.ts';
import { jobOf, type JobServices } from './vault-job.ts';

const TENANT = '0199e6b1-7c3e-7b60-9a59-2f5d7c3b6e21';
const ARN = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const services: JobServices = { runner: new Runner(), egress: {}, keystead: () => async () => ({}) };

/** A tenant whose key remembers what it has opened. */
function tenantWith(opened: Buffer[]): Tenant {
  const tenantKey = TenantKey.from(Buffer.alloc(32, 7), TENANT);
  const unwrap = tenantKey.unwrap.bind(tenantKey);
  tenantKey.unwrap = (...given) => {
    const secret = unwrap(...given);
    opened.push(secret);
    return secret;
  };
  return { tenantId: TENANT, tenantKey } as Tenant;
}

function environment({ tenantKey }: Tenant): Environment {
  const access = () => ({
    kind: 'access-key' as const,
    credentials: { accessKeyId: 'AKIA', secretAccessKey: bytesOf<'AwsSecretAccessKey'>(Buffer.from('a secret')) },
  });
  const place = { type: 'aws-s3', bucket: 'backups', prefix: '', region: 'eu-central-1', access: access() } as const;
  const masterKeys = [{ provider: 'aws-kms', keyId: ARN, access: access() } as const];
  return makeEnvironment(tenantKey, { label: 'x', storage: place, encryption: 'AWS-KMS', masterKeys }, 1, random);
}

const work = (): Work & { kind: 'backup' } => ({
  kind: 'backup',
  source: { kind: 'postgres', name: 'db', host: 'db', user: 'me', password: Buffer.from('a password') },
});
const passwordOf = ({ source }: Work & { kind: 'backup' }) => (source as { password?: Buffer }).password;
const lent = { kind: 'environment' } as const;

it.each<[string, (environment: Environment) => Environment]>([
  [
    'a further recipient that is not lent any more',
    (one) => ({ ...one, masterKeys: [...one.masterKeys, { provider: 'aws-kms', keyId: `${ARN}0`, access: lent }] }),
  ],
  ['a bucket that is not', (one) => ({ ...one, storage: { ...one.storage, access: lent } as Environment['storage'] })],
  ['a signing key that is not here', (one) => ({ ...one, writer: { id: one.writer.id } })],
])('%s leaves no secret of the rest behind', (_, change) => {
  const opened: Buffer[] = [];
  const tenant = tenantWith(opened);
  const asked = work();
  expect(() => jobOf(services, tenant, change(environment(tenant)), asked)).toThrow(EnvironmentError);
  expect(opened.length).toBeGreaterThan(0);
  for (const secret of [...opened, passwordOf(asked)]) expect(secret?.every((byte) => byte === 0)).toBe(true);
});

it('hands over what opens', () => {
  const opened: Buffer[] = [];
  const tenant = tenantWith(opened);
  const asked = work();
  const job = jobOf(services, tenant, environment(tenant), asked);
  expect(opened).toHaveLength(3);
  expect(job).toMatchObject({ tenantId: TENANT, work: asked, writerKey: expect.any(Buffer) });
  for (const secret of [...opened, passwordOf(asked)]) expect(secret?.some((byte) => byte !== 0)).toBe(true);
});
