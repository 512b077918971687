import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TenantKey } from '../../src/crypto/hierarchy.ts';
import { putGrant, sameGrantName } from '../../src/keys/grant-record.ts';
import { openGrantToken } from '../../src/keys/grant-token.ts';
import type { Grant } from '../../src/keys/grant.ts';
import { recordDigest } from '../../src/records/record.ts';

const python = ['/usr/bin/python3', 'python3'].find((command) => {
  try {
    execFileSync(command, ['-c', 'import cryptography'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

const GRANT: Grant = {
  tenantId: '11111111-1111-4111-8111-111111111111',
  region: 'eu-central-1',
  keyId: '1234abcd-12ab-4cd3-96ef-1234567890ab',
  id: '0c237476b39f8bc44e45212e08498fbe3151305030726c0590dd8d3e9f3d6a60',
  revision: 1,
  name: 'backup',
  grantee: { type: 'principal', name: 'arn:aws:iam::123456789012:user/u' },
  retiring: { type: 'service', name: 'backup.example.com' },
  issuingAccountId: '123456789012',
  operations: ['Encrypt', 'Decrypt'],
  constraints: { encryptionContextSubset: [['purpose', '\u00e9']] },
  createdAtMs: 1_800_000_000_000,
};

/** Made once, since no token is made twice; `grants.py` makes it again from its salt, 100, 101 and so on. */
const TOKEN =
  'S0cBERERERERQRGBEREREREREUtXAWRlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn-AgYKDyDyh7NHhjqJyJDgVTUusdoQCJh1Gne7tXZwdkU0f_1SeloTiPgLsODtoblL4IE_cAH_7lPaIc-kc9zNCMQxDK21luaSSQMYrw1Hym7ebhFsWc1n8HEVPv7-BQl9sKYn1dBAU3bVNb6zENTxn2KIleYmjG-mjmebCjGbCT4OTM8TNvJ7i_dwNsRfxpaDNKrnWOKGgsxxEvVXZCsyrtDskWgkoUNgtGQoBASV_dw';

const tenantKey = TenantKey.from(Buffer.from(Array.from({ length: 32 }, (_, i) => i)), GRANT.tenantId);

/** What the product makes of the same grant. */
function ours() {
  const { put } = putGrant(tenantKey, GRANT);
  return {
    body: put.body.toString('utf8'),
    digest: recordDigest(put).toString('hex'),
    sameName: sameGrantName(GRANT).name,
    token: TOKEN,
  };
}

describe('the vectors of grants', () => {
  it.skipIf(python === undefined)('come out of a second implementation', () => {
    const script = join(import.meta.dirname, 'grants.py');
    expect(ours()).toEqual(JSON.parse(execFileSync(python as string, [script], { encoding: 'utf8' })));
  });

  it('name their grant', () => {
    const { tenantId, region, keyId, id } = GRANT;
    expect(openGrantToken(tenantKey, TOKEN)).toEqual({ tenantId, region, keyId, id });
  });

  it('stand in the specification', () => {
    const text = readFileSync(join(import.meta.dirname, '../../docs/spec/grants.md'), 'utf8');
    for (const vector of Object.values(ours())) expect(text).toContain(vector);
  });
});
