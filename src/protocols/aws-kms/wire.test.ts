import { describe, expect, it } from 'vitest';
import { AwsKmsError, type AwsErrorType } from './errors.ts';
import { encodeAnswer, encodeError, operationOf } from './wire.ts';

describe('the target', () => {
  it('names an operation', () => expect(operationOf('TrentService.Encrypt')).toBe('Encrypt'));

  it.each([undefined, '', 'Encrypt', 'TrentService.', 'TrentService.encrypt', 'TrentService.toString', 'X.Encrypt'])(
    '%j is an unknown operation',
    (target) => {
      expect(() => operationOf(target)).toThrow(new AwsKmsError('UnknownOperationException'));
    },
  );
});

describe('answers', () => {
  it('encodes blobs, maps, times and lists, and leaves out what is absent', () => {
    const answer = encodeAnswer(
      {
        KeyId: 'k',
        Plaintext: Buffer.from([0, 255]),
        Absent: undefined,
        CreationDate: 1_700_000_000.123,
        List: [{ At: 1, Not: undefined, Context: new Map([['__proto__', 'x']]) }],
      },
      'request-1',
    );
    expect(answer.body.toString()).toBe(
      '{"KeyId":"k","Plaintext":"AP8=","CreationDate":1700000000.123,"List":[{"At":1,"Context":{"__proto__":"x"}}]}',
    );
    expect(answer).toMatchObject({
      status: 200,
      headers: ['x-amzn-RequestId', 'request-1', 'Content-Type', 'application/x-amz-json-1.1'],
    });
  });

  it('has no body where the operation has no output, and {} where it is empty', () => {
    expect(encodeAnswer(undefined, 'r').body).toHaveLength(0);
    expect(encodeAnswer({}, 'r').body.toString()).toBe('{}');
  });
});

describe('errors', () => {
  it.each<[AwsErrorType, string | undefined, number, string]>([
    ['NotFoundException', 'gone', 400, '{"__type":"NotFoundException","message":"gone"}'],
    ['AccessDeniedException', 'no', 400, '{"__type":"AccessDeniedException","Message":"no"}'],
    ['InvalidCiphertextException', undefined, 400, '{"__type":"InvalidCiphertextException"}'],
    ['KMSInternalException', 'broken', 500, '{"__type":"KMSInternalException","message":"broken"}'],
    ['KeyUnavailableException', undefined, 500, '{"__type":"KeyUnavailableException"}'],
    ['DependencyTimeoutException', undefined, 503, '{"__type":"DependencyTimeoutException"}'],
    ['RequestEntityTooLargeException', undefined, 413, '{"__type":"RequestEntityTooLargeException"}'],
  ])('%s %j is %i', (type, text, status, body) => {
    const answer = encodeError(new AwsKmsError(type, text), 'r');
    expect(answer.status).toBe(status);
    expect(answer.body.toString()).toBe(body);
  });
});
