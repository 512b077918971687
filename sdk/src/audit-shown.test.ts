import { describe, expect, it } from 'vitest';
import { leafOf, type AuditDraft } from '../../src/audit/entry.ts';
import { holdAgainstLeaf } from './audit-shown.ts';
import type { AuditEntryWhole } from './client.gen.ts';

const T0 = 1_800_000_000_000;
const DRAFT: AuditDraft = {
  tenantId: 't1',
  timeMs: T0,
  principal: 'arn:aws:iam::123456789012:user/ada',
  action: 'kms:Encrypt',
  key: 'k1',
  requestId: 'r1',
  outcome: 'done',
  details: { address: '192.0.2.1', protocol: 'aws-kms', request: { encryptionContext: { Größe: 'ﬁ' } } },
  salt: Buffer.alloc(16, 7),
};
const { leaf, details, salt } = leafOf(DRAFT);

const WHOLE: AuditEntryWhole = {
  log: 't1',
  entry: {
    index: 0,
    id: '00000000-0000-8000-8000-000000000000',
    time: new Date(T0).toISOString(),
    principal: DRAFT.principal,
    action: DRAFT.action,
    outcome: 'done',
    key: 'k1',
    requestId: 'r1',
    isChange: false,
    isErased: false,
    address: '192.0.2.1',
    protocol: 'aws-kms',
  },
  leaf: leaf.toString('utf8'),
  details: details.toString('utf8'),
  detailsSalt: salt.toString('base64'),
  sameRequest: [],
};

const entry = (more: Partial<AuditEntryWhole['entry']>): AuditEntryWhole => ({
  ...WHOLE,
  entry: { ...WHOLE.entry, ...more },
});
const { details: _, detailsSalt: __, ...bare } = WHOLE;
const { address: ___, protocol: ____, ...untold } = WHOLE.entry;

describe('what an entry shows, held against its leaf', () => {
  it.each<[string, AuditEntryWhole, boolean, string]>([
    ['as it was written', WHOLE, true, 'as-logged'],
    ['another person', entry({ principal: 'arn:aws:iam::123456789012:user/eve' }), false, 'as-logged'],
    ['another act', entry({ action: 'kms:DescribeKey' }), false, 'as-logged'],
    ['another outcome', entry({ outcome: 'refused' }), false, 'as-logged'],
    ['a reason', entry({ reason: 'access-denied' }), false, 'as-logged'],
    ['another key', entry({ key: 'k2' }), false, 'as-logged'],
    ['a version of the key', entry({ keyVersion: 'v1' }), false, 'as-logged'],
    ['another request', entry({ requestId: 'r2' }), false, 'as-logged'],
    ['another time', entry({ time: new Date(T0 + 1).toISOString() }), false, 'as-logged'],
    ['a change that was none', entry({ isChange: true }), false, 'as-logged'],
    ['another log', { ...WHOLE, log: 't2' }, false, 'as-logged'],
    ['another address', entry({ address: '198.51.100.9' }), true, 'others'],
    ['an address that nobody wrote down', entry({ userAgent: 'curl' }), true, 'others'],
    ['details with more in them', { ...WHOLE, details: WHOLE.details!.replace('ﬁ', 'fi') }, true, 'others'],
    ['another salt', { ...WHOLE, detailsSalt: Buffer.alloc(16, 8).toString('base64') }, true, 'others'],
    ['no salt', { ...bare, details: WHOLE.details as string }, true, 'others'],
    ['details that are none', { ...WHOLE, details: 'null' }, true, 'others'],
    ['a leaf that is none', { ...WHOLE, leaf: 'null' }, false, 'others'],
    ['erased details', { ...bare, entry: { ...untold, isErased: true } }, true, 'erased'],
    ['erased details with an address', { ...bare, entry: { ...WHOLE.entry, isErased: true } }, true, 'others'],
    ['no details, and none erased', { ...bare, entry: untold }, true, 'others'],
  ])('%s', async (_____, whole, isAsLogged, found) => {
    expect(await holdAgainstLeaf(whole)).toEqual({ isAsLogged, details: found });
  });
});
