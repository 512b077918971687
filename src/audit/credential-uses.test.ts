import { describe, expect, it } from 'vitest';
import { CredentialUses } from './credential-uses.ts';
import { leafOf } from './entry.ts';
import { framed, type FramedEntry } from './entry-frame.ts';

const CREDENTIAL = 'KSIAABCDEFGHIJKLMNOP';
const PROVEN = { address: '127.0.0.1', credential: CREDENTIAL, protocol: 'aws-kms' };
const USE = { tenantId: 't1', credentialId: CREDENTIAL, address: '127.0.0.1', protocol: 'aws-kms' };

function entryOf(details: Readonly<Record<string, string>>, timeMs = 5, tenantId = 't1'): FramedEntry {
  const act = { principal: 'arn:of:somebody', action: 'kms:Encrypt', outcome: 'done', requestId: 'r-1' } as const;
  return framed(leafOf({ ...act, tenantId, timeMs, details, salt: Buffer.alloc(16, 7) }));
}

function usesOf(entries: readonly FramedEntry[]) {
  const uses = new CredentialUses();
  for (const entry of entries) uses.note(entry);
  return uses.take();
}

describe('what is remembered of credentials that go by', () => {
  it('is the last use of each, in each log', () => {
    const uses = usesOf([entryOf(PROVEN, 1), entryOf(PROVEN, 3), entryOf(PROVEN, 2, 't2')]);
    expect(uses).toEqual([
      { ...USE, atMs: 3 },
      { ...USE, atMs: 2, tenantId: 't2' },
    ]);
  });

  it('is nothing of entries that no credential proved', () => {
    expect(usesOf([entryOf({}), entryOf({ address: '127.0.0.1', protocol: 'admin' })])).toEqual([]);
  });

  it('stays what it is, whatever length the details of the next entry have', () => {
    const length = JSON.stringify(PROVEN).length;
    for (let n = 0; n < length + 40; n++) {
      expect(usesOf([entryOf(PROVEN), entryOf({ note: 'x'.repeat(n) })])).toEqual([{ ...USE, atMs: 5 }]);
    }
  });
});
