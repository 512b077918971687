import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../bytes/bytes.ts';
import { EgressGuard } from '../../clients/egress.ts';
import type { EnvironmentError } from './environment-error.ts';
import { preciselyNamed } from './precise-name.ts';

const ID = '1234abcd-12ab-34cd-56ef-1234567890ab';
const OWN = `arn:aws:kms:us-east-1:111122223333:key/${ID}`;
const THEIRS = 'arn:aws:kms:us-east-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const OURS: Readonly<Record<string, string>> = { [ID]: OWN, [OWN]: OWN, 'alias/backups': OWN };

/** What becomes of a name that is said to be one of AWS KMS, where nobody may be called. */
async function named(keyId: string, region = 'us-east-1', endpoint?: string): Promise<string> {
  const rights = { ownKeyNamed: async (name: string) => OURS[name], arnOf: async (name: string) => name };
  const services = { tenantId: 't', egress: new EgressGuard({ allowedHosts: [] }), rights };
  const credentials = {
    kind: 'access-key' as const,
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: bytesOf<'AwsSecretAccessKey'>(Buffer.from('a secret')),
  };
  const wanted = { provider: 'aws-kms' as const, keyId, credentials, ...(endpoint !== undefined && { endpoint }) };
  try {
    return (await preciselyNamed(services, wanted, region)).keyId ?? '';
  } catch (error) {
    const { code, message } = error as EnvironmentError;
    return `${code}: ${message}`;
  }
}

const DID_YOU_MEAN = `Did you mean the key ${OWN} of this server? Then say encryption Keystead`;

describe('a key of this server that is said to be one of AWS', () => {
  it.each([
    ['by its id', ID],
    ['by its ARN', OWN],
  ])('is told from one, before anybody is asked: %s', async (_, name) => {
    const text = await named(name);
    expect(text).toContain(`master-key-malformed: The name ${name} is none of a key of AWS. ${DID_YOU_MEAN}`);
  });

  it('is told from one by its alias once AWS does not know it: there may be one of that name there, too', async () => {
    const text = await named('alias/backups');
    expect(text).toMatch(/^master-key-malformed: Which key is meant could not be found out\./);
    expect(text).toContain(DID_YOU_MEAN);
    expect(await named('alias/other')).not.toContain('Did you mean');
  });

  it.each([
    ['alias/backups', `which has no region eu-de. ${DID_YOU_MEAN}`],
    ['alias/other', 'which has no region eu-de. Name a key of a region of AWS, or the endpoint'],
    [`arn:aws:kms:eu-de:444455556666:key/${ID}`, 'which has no region eu-de. Name a key'],
  ])('is not looked for where AWS is not: %s', async (name, text) => {
    expect(await named(name, 'eu-de')).toContain(text);
  });

  it("is left to AWS where it is another's, and to an endpoint that is named", async () => {
    expect(await named(THEIRS)).toBe(THEIRS);
    expect(await named(OWN, 'us-east-1', 'https://kms.example.com')).toBe(OWN);
  });
});
