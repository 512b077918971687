import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { awsCodeOf } from '../protocols/aws-kms/wire-error.ts';
import { CATALOG, type Endpoint } from '../protocols/key-protect/catalog.ts';
import { REASONS } from '../protocols/key-protect/errors.ts';
import { statusOfReason } from '../protocols/key-protect/key-errors.ts';
import { INPUTS } from '../protocols/aws-kms/model.gen.ts';
import { acts, CONTEXT, entryOf, examples, INSTANCE, KEY } from './acts.fixture.ts';
import { cadfOf } from './cadf.ts';
import { cloudTrailOf } from './cloudtrail.ts';
import { jsonLine } from './json-line.ts';
import { awsNameOf, ibmActionOf } from './names-of-acts.ts';

type Event = Record<string, unknown>;

const RENDER = { cadf: cadfOf, cloudtrail: cloudTrailOf } as const;
const lines = async (format: keyof typeof RENDER) =>
  (await acts()).map((act) => jsonLine(RENDER[format](act, CONTEXT)));
const events = async (format: keyof typeof RENDER) => (await lines(format)).map((line) => JSON.parse(line) as Event);

/** What must be in an event and of which form: DSP0262 section 6, and CloudTrail's page of record contents. */
const SCHEMAS: Readonly<Record<keyof typeof RENDER, Readonly<Record<string, unknown>>>> = {
  cadf: {
    typeURI: expect.stringMatching(/^http:\/\/schemas\.dmtf\.org\/cloud\/audit\/1\.0\/event$/),
    eventType: expect.stringMatching(/^activity$/),
    id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/),
    action: expect.stringMatching(/^(?:kms|keystead)(?:\.[\w-]+)+$/),
    outcome: expect.stringMatching(/^(?:success|failure)$/),
    message: expect.stringMatching(/^(?:Key Protect|Keystead): \S/),
    severity: expect.stringMatching(/^(?:normal|warning|critical)$/),
    initiator: expect.any(Object),
    target: expect.any(Object),
    observer: expect.any(Object),
    reason: expect.any(Object),
    requestData: expect.any(Object),
    responseData: expect.any(Object),
    correlationId: expect.stringMatching(/./),
  },
  cloudtrail: {
    eventVersion: expect.stringMatching(/^1\.\d+$/),
    userIdentity: expect.any(Object),
    eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    eventSource: expect.stringMatching(/^(?:kms|sts)\.amazonaws\.com$|^keystead$/),
    eventName: expect.stringMatching(/^[A-Z]\w+$/),
    requestID: expect.stringMatching(/./),
    eventID: expect.stringMatching(/^[0-9a-f-]{36}$/),
    eventType: expect.stringMatching(/^AwsApiCall$|^AwsServiceEvent$/),
    readOnly: expect.any(Boolean),
    managementEvent: expect.any(Boolean),
    eventCategory: expect.stringMatching(/^Management$/),
    recipientAccountId: expect.stringMatching(/^\d{12}$/),
  },
};

describe.each(['cadf', 'cloudtrail'] as const)('the export as %s', (format) => {
  it('is what it was', async () => {
    await expect(`${(await lines(format)).join('\n')}\n`).toMatchFileSnapshot(`golden/${format}.jsonl`);
  });

  it('has the form of its standard', async () => {
    for (const event of await events(format)) {
      for (const [name, form] of Object.entries(SCHEMAS[format])) {
        expect([name, event[name]]).toEqual([name, form]);
      }
    }
  });

  it('is one line for each act, whatever the names in it', async () => {
    const all = await lines(format);
    expect(all).toHaveLength(examples().length - 1);
    for (const line of all) {
      // oxlint-disable-next-line no-control-regex -- none may be there
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
      expect(JSON.parse(line)).toBeTypeOf('object');
    }
    expect(JSON.parse(all.find((line) => line.includes('Forged')) as string)).not.toMatchObject({
      eventName: 'Forged',
    });
  });
});

describe('an event of CADF', () => {
  it.each([
    [0, { action: 'kms.secrets.wrap', severity: 'normal', outcome: 'success', message: 'Key Protect: wrap secret' }],
    [1, { action: 'kms.secrets.unwrap', initiator: { name: 'alice', host: { address: '192.0.2.7' } } }],
    [2, { action: 'kms.secrets.rewrap' }],
    [3, { action: 'kms.secrets.delete', severity: 'critical', responseData: { keyState: 5 } }],
    [4, { action: 'kms.secrets.disable', severity: 'critical', outcome: 'failure', reason: { reasonCode: 401 } }],
    [5, { action: 'kms.secrets.enable', severity: 'warning', reason: { reasonCode: 409 }, requestData: {} }],
    [6, { action: 'kms.secrets.rotate', severity: 'warning' }],
    [7, { action: 'keystead.kms.Sign', message: 'Keystead: kms.Sign', target: { typeURI: 'keystead' } }],
    [9, { action: 'keystead.AddRegion' }],
  ])('%i', async (i, expected) => {
    expect((await events('cadf'))[i]).toMatchObject(expected);
  });

  it('names the key by its CRN, whichever wire asked', async () => {
    const targets = (await events('cadf')).slice(0, 5).map(({ target }) => (target as { id: string }).id);
    expect(new Set(targets)).toEqual(
      new Set([`crn:v1:bluemix:public:kms:eu-de:a/111122223333:${INSTANCE}:key:${KEY}`]),
    );
  });
});

describe('an act on a key of the own account', () => {
  it.each([
    [KEY, 'eu-de', KEY],
    ['mrk-0a@eu-de', 'eu-de', 'mrk-0a'],
  ])('is on the ARN that its entry leaves out: %s', async (key, region, id) => {
    const arn = `arn:aws:kms:${region}:111122223333:key/${id}`;
    const [act] = await acts([entryOf({ key, details: { region } })]);
    expect(cloudTrailOf(act!, CONTEXT)).toMatchObject({ resources: [{ ARN: arn }], awsRegion: region });
    expect(cadfOf(act!, CONTEXT)).toMatchObject({
      target: { id: `crn:v1:bluemix:public:kms:eu-de:a/111122223333:${INSTANCE}:key:${id}` },
    });
  });

  it('is on nothing that is not known, where it was erased or the clock did it', async () => {
    const [erased, clock] = [
      entryOf({ key: KEY, details: { region: 'eu-de' }, erased: true }),
      entryOf({ key: KEY, principal: 'keystead', requestId: 'sweep', details: { region: 'eu-de' } }),
    ];
    const told = await acts([erased, clock]);
    expect(told.map(({ details }) => details.resource)).toEqual([undefined, undefined]);
  });
});

describe('an act on a key of another tenant', () => {
  const ARN = `arn:aws:kms:eu-de:444455556666:key/${KEY}`;
  it.each([
    ['IBM', { instance: INSTANCE }, `crn:v1:bluemix:public:kms:eu-de:a/444455556666:${INSTANCE}:key:${KEY}`],
    // Which instance of the region that account has is not for this log to guess.
    ['AWS', {}, ARN],
  ])('by the wire of %s is not taken for one on a key of the own account', async (_, request, id) => {
    const [act] = await acts([entryOf({ key: KEY, details: { region: 'eu-de', request, resource: ARN } })]);
    expect(cadfOf(act!, CONTEXT)).toMatchObject({ target: { id } });
  });
});

describe('a record of CloudTrail', () => {
  it.each([
    [0, { eventName: 'Encrypt', readOnly: true, responseElements: null, awsRegion: 'eu-de' }],
    [1, { eventName: 'Decrypt', requestParameters: { encryptionContext: { a: '1' } } }],
    [3, { eventName: 'ScheduleKeyDeletion', readOnly: false, responseElements: { keyState: 5 } }],
    [4, { errorCode: 'AccessDeniedException', errorMessage: 'denied-by-key-policy', responseElements: null }],
    [6, { eventType: 'AwsServiceEvent', userIdentity: { type: 'AWSService', invokedBy: 'keystead' } }],
    [7, { userIdentity: { type: 'AssumedRole', sessionContext: { sessionIssuer: { userName: 'auditor' } } } }],
    [9, { eventSource: 'keystead', eventName: 'AddRegion' }],
  ])('%i', async (i, expected) => {
    expect((await events('cloudtrail'))[i]).toMatchObject(expected);
  });

  it('says of an act on two keys that it was one', async () => {
    const two = ['key/a', 'key/b'].map((key, i) =>
      entryOf({
        requestId: 'two',
        action: i === 0 ? 'kms:ReEncryptFrom' : 'kms:ReEncryptTo',
        details: { resource: `arn:aws:kms:eu-de:111122223333:${key}` },
      }),
    );
    const [act, ...more] = await acts(two);
    expect(more).toEqual([]);
    const { resources } = cloudTrailOf(act as never, CONTEXT) as { resources: object[] };
    expect(resources).toEqual(
      two.map(({ details }) => ({ accountId: '111122223333', type: 'AWS::KMS::Key', ARN: details.resource })),
    );
  });
});

describe('the tables', () => {
  it("have a name of IBM's for every action that IBM's wire asks for", () => {
    const endpoints: Endpoint[] = Object.values(CATALOG);
    for (const { actions, event } of endpoints) {
      for (const action of actions) {
        // Which of several acts it was is in the event that the wire told.
        if (/Kmip|AuthorizeKeyDeletion/.test(action)) continue;
        expect([event, ibmActionOf(action)]).toEqual([event, expect.stringMatching(/^kms\./)]);
      }
    }
  });

  it("have an operation of AWS's for every action of its wire", () => {
    for (const name of Object.keys(INPUTS))
      expect(awsNameOf(`kms:${name}`)).toEqual({ service: 'kms', operation: name });
  });

  it('believe no event that has not the form of one', () => {
    expect(ibmActionOf('kms:Encrypt', 'kms.x\n{}')).toBe('kms.secrets.wrap');
    expect(ibmActionOf('kms:Encrypt', { event: 1 })).toBe('kms.secrets.wrap');
  });

  it('have a status and a code for every refusal', () => {
    const source = readFileSync(new URL('../keys/errors.ts', import.meta.url), 'utf8');
    const [, union = ''] = /export type KeyErrorCode =([^;]+);/.exec(source) ?? [];
    const codes = [...union.matchAll(/'([a-z-]+)'/g)].map(([, code]) => code as string);
    expect(codes.length).toBeGreaterThan(50);
    for (const code of codes) {
      expect([code, statusOfReason(code) >= 400]).toEqual([code, true]);
      expect([code, awsCodeOf(code)]).toEqual([code, expect.stringMatching(/^[A-Z][A-Za-z]+$/)]);
    }
    for (const [code, { status }] of Object.entries(REASONS)) expect(statusOfReason(code)).toBe(status);
    expect(statusOfReason('unauthorized')).toBe(401);
    expect(statusOfReason('not-acknowledged')).toBe(408);
  });
});
