import { describe, expect, it } from 'vitest';
import { readClaim } from './claim.ts';

const CREDENTIAL = 'Credential=AKIDEXAMPLE/20261121/eu-central-1/kms/aws4_request';
const HEADERS = 'SignedHeaders=content-type;host;x-amz-date';
const [ONE, OTHER] = ['1f'.repeat(32), '2e'.repeat(32)];

function claimOf(...parameters: string[]) {
  const authorization = `AWS4-HMAC-SHA256 ${parameters.join(', ')}`;
  const rawHeaders = ['Host', 'kms.example', 'X-Amz-Date', '20261121T120000Z', 'Authorization', authorization];
  const claim = readClaim({ method: 'POST', path: '/', query: '', rawHeaders });
  if ('code' in claim) return claim;
  const { signer, signature, signedAt } = claim;
  return { signer, signature, signedAt };
}

describe('a claim whose words came before', () => {
  it('is what it is when they are new', () => {
    const first = claimOf(CREDENTIAL, HEADERS, `Signature=${ONE}`);
    const second = claimOf(CREDENTIAL, HEADERS, `Signature=${OTHER}`);
    expect(first).toMatchObject({
      signer: {
        accessKeyId: 'AKIDEXAMPLE',
        date: '20261121',
        region: 'eu-central-1',
        service: 'kms',
        terminator: 'aws4_request',
        signedHeaders: ['content-type', 'host', 'x-amz-date'],
      },
      signature: ONE,
      signedAt: '20261121T120000Z',
    });
    expect(second).toEqual({ ...first, signature: OTHER });
  });

  it('may have its parameters in any order', () => {
    const inOrder = claimOf(CREDENTIAL, HEADERS, `Signature=${ONE}`);
    expect(claimOf(`Signature=${ONE}`, HEADERS, CREDENTIAL)).toEqual(inOrder);
    expect(claimOf(HEADERS, CREDENTIAL, `Signature=${ONE}`)).toEqual(inOrder);
  });

  it.each([
    ['has a letter too many', `Signature=${ONE}0`],
    ['has a letter too few', `Signature=${ONE.slice(1)}`],
    ['is in capitals', `Signature=${ONE.toUpperCase()}`],
    ['is followed by blanks inside', `Signature=${ONE.slice(2)} 0`],
    ['is followed by another parameter', `Signature=${ONE}, Signature=${ONE}`],
    ['hides another parameter', `Signature=${ONE.slice(12)},Signature=`],
  ])('is refused where the signature %s', (_, signature) => {
    claimOf(CREDENTIAL, HEADERS, `Signature=${ONE}`);
    expect(claimOf(CREDENTIAL, HEADERS, signature)).toMatchObject({ code: 'malformed' });
  });

  it('is not that of another credential, scope or list of headers', () => {
    claimOf(CREDENTIAL, HEADERS, `Signature=${ONE}`);
    const [wrong, list] = [CREDENTIAL.replace('eu-', 'us-'), HEADERS.replace('content-type;', '')];
    expect(claimOf(wrong, HEADERS, `Signature=${ONE}`)).toMatchObject({ signer: { region: 'us-central-1' } });
    expect(claimOf(CREDENTIAL, list, `Signature=${ONE}`)).toMatchObject({
      signer: { signedHeaders: ['host', 'x-amz-date'] },
    });
  });

  it('is read anew where strangers have made it forgotten', () => {
    const first = claimOf(CREDENTIAL, HEADERS, `Signature=${ONE}`);
    for (let i = 0; i < 1_100; i++) {
      claimOf(CREDENTIAL.replace('AKIDEXAMPLE', `STRANGER${i}`), HEADERS, `Signature=${ONE}`);
    }
    expect(claimOf(CREDENTIAL, HEADERS, `Signature=${ONE}`)).toEqual(first);
  });
});
