import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodeStringMap } from '../../bytes/encoding.ts';

/** One key of the fixture, with real material and a state that a test sets. */
export interface FixtureKey {
  readonly arn: string;
  readonly material: Buffer;
  state: string;
  deletionDateMs?: number;
}

/** Status, error name, message: an answer as AWS gives it. */
export type AwsAnswer = readonly [status: number, type: string, message?: string];

type Body = Record<string, unknown>;

const REFUSALS: Record<string, (arn: string) => AwsAnswer> = {
  Disabled: (arn) => [400, 'DisabledException', `${arn} is disabled.`],
  PendingDeletion: (arn) => [400, 'KMSInvalidStateException', `${arn} is pending deletion.`],
  PendingImport: (arn) => [400, 'KMSInvalidStateException', `${arn} is pending import.`],
  Unavailable: (arn) => [400, 'KMSInvalidStateException', `${arn} is unavailable.`],
  Deleted: (arn) => [400, 'NotFoundException', `Key '${arn}' does not exist`],
};

class Refusal extends Error {
  readonly answer: AwsAnswer;
  constructor(answer: AwsAnswer) {
    super(answer[1]);
    this.answer = answer;
  }
}

/**
 * The five operations that a vault uses, over HTTP, with real AES-256-GCM under the context. It checks no signature;
 * the suite that runs against a whole Keystead server does.
 */
export class AwsKmsFixture {
  readonly keys = new Map<string, FixtureKey>();
  /** Operation names, in the order in which they were called. */
  readonly calls: string[] = [];
  /** Encryption contexts of the calls that had one. */
  readonly contexts: Record<string, string>[] = [];
  /** Answers that go out instead of what the operation says, one each. */
  readonly planned: (AwsAnswer | 'hang' | 'break')[] = [];
  /** Every call of these operations is answered so. */
  readonly always = new Map<string, AwsAnswer>();
  /** Successful answers of these operations that have nothing to do with what was asked. */
  readonly answering = new Map<string, Readonly<Record<string, unknown>>>();
  /** What the Date header is ahead of the time. */
  clockAheadMs = 0;
  readonly #server: Server;
  readonly #hanging: (() => void)[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<AwsKmsFixture> {
    const server = createServer({ keepAliveTimeout: 0 });
    const fixture = new AwsKmsFixture(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const operation = String(request.headers['x-amz-target']).split('.')[1] as string;
        const answer = fixture.#answer(operation, JSON.parse(Buffer.concat(chunks).toString()) as Body);
        if (answer === 'hang') return void fixture.#hanging.push(() => request.socket.destroy());
        if (answer === 'break') return void request.socket.destroy();
        response.setHeader('date', new Date(Date.now() + fixture.clockAheadMs).toUTCString());
        response.setHeader('content-type', 'application/x-amz-json-1.1');
        response.writeHead(answer.status).end(JSON.stringify(answer.body));
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return fixture;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Breaks the connections that hang. */
  releaseHanging(): void {
    for (const release of this.#hanging.splice(0)) release();
  }

  makeKey(region = 'eu-central-1'): FixtureKey {
    const id = randomBytes(8).toString('hex');
    const key = { arn: `arn:aws:kms:${region}:111122223333:key/${id}`, material: randomBytes(32), state: 'Enabled' };
    this.keys.set(key.arn, key);
    return key;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  #answer(operation: string, body: Body): { status: number; body: Body } | 'hang' | 'break' {
    this.calls.push(operation);
    const context = body['EncryptionContext'] ?? body['SourceEncryptionContext'];
    if (context !== undefined) this.contexts.push(context as Record<string, string>);
    const planned = this.planned.shift() ?? this.always.get(operation);
    if (typeof planned === 'string') return planned;
    try {
      if (planned !== undefined) throw new Refusal(planned);
      const answer = this.answering.get(operation);
      if (answer !== undefined) return { status: 200, body: answer };
      const run = this.#operations[operation];
      if (run === undefined) throw new Refusal([400, 'UnknownOperationException']);
      return { status: 200, body: run(body) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const [status, type, message] = error.answer;
      return { status, body: { __type: type, ...(message !== undefined && { message }) } };
    }
  }

  readonly #operations: Record<string, (body: Body) => Body> = {
    GenerateDataKey: (body) => {
      const plaintext = randomBytes(32);
      const blob = this.#seal(body['KeyId'], plaintext, body['EncryptionContext']);
      return { Plaintext: plaintext.toString('base64'), CiphertextBlob: blob, KeyId: body['KeyId'] };
    },
    Encrypt: (body) => {
      const plaintext = Buffer.from(body['Plaintext'] as string, 'base64');
      return { CiphertextBlob: this.#seal(body['KeyId'], plaintext, body['EncryptionContext']) };
    },
    Decrypt: (body) => {
      const plaintext = this.#open(body['KeyId'], body['CiphertextBlob'], body['EncryptionContext']);
      return { Plaintext: plaintext.toString('base64'), KeyId: body['KeyId'] };
    },
    ReEncrypt: (body) => {
      const plaintext = this.#open(body['SourceKeyId'], body['CiphertextBlob'], body['SourceEncryptionContext']);
      const context = body['DestinationEncryptionContext'];
      return { CiphertextBlob: this.#seal(body['DestinationKeyId'], plaintext, context) };
    },
    DescribeKey: (body) => {
      const key = this.keys.get(body['KeyId'] as string);
      const [status, type, message] = REFUSALS['Deleted']!(String(body['KeyId']));
      if (key === undefined || key.state === 'Deleted') throw new Refusal([status, type, message as string]);
      return {
        KeyMetadata: {
          KeyId: key.arn.split('/')[1],
          Arn: key.arn,
          KeyState: key.state,
          KeySpec: 'SYMMETRIC_DEFAULT',
          KeyUsage: 'ENCRYPT_DECRYPT',
          Origin: 'AWS_KMS',
          ...(key.deletionDateMs !== undefined && { DeletionDate: key.deletionDateMs / 1000 }),
        },
      };
    },
  };

  #usable(arn: unknown): FixtureKey {
    const key = this.keys.get(arn as string);
    const refusal = key === undefined ? REFUSALS['Deleted'] : REFUSALS[key.state];
    if (refusal) throw new Refusal(refusal(arn as string));
    return key as FixtureKey;
  }

  #seal(arn: unknown, plaintext: Buffer, context: unknown): string {
    const key = this.#usable(arn);
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key.material, nonce, { authTagLength: 16 });
    cipher.setAAD(aadOf(context));
    const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return Buffer.concat([Buffer.from(key.arn), Buffer.from([0]), nonce, cipher.getAuthTag(), body]).toString('base64');
  }

  #open(arn: unknown, blob: unknown, context: unknown): Buffer {
    const key = this.#usable(arn);
    const bytes = Buffer.from(blob as string, 'base64');
    const end = bytes.indexOf(0);
    const named = bytes.subarray(0, Math.max(end, 0)).toString();
    if (!this.keys.has(named)) throw new Refusal([400, 'InvalidCiphertextException']);
    if (named !== key.arn) {
      const message = 'The key ID in the request does not identify a CMK that can perform this operation.';
      throw new Refusal([400, 'IncorrectKeyException', message]);
    }
    try {
      const sealed = bytes.subarray(end + 1);
      const decipher = createDecipheriv('aes-256-gcm', key.material, sealed.subarray(0, 12), { authTagLength: 16 });
      decipher.setAAD(aadOf(context));
      decipher.setAuthTag(sealed.subarray(12, 28));
      return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]);
    } catch {
      throw new Refusal([400, 'InvalidCiphertextException']);
    }
  }
}

function aadOf(context: unknown): Buffer {
  return encodeStringMap(new Map(Object.entries((context ?? {}) as Record<string, string>)));
}
