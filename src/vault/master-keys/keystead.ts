import { bytesOf, wipe, type Bytes } from '../../bytes/bytes.ts';
import type { KeyOwner } from './aws-kms.ts';
import { encryptionContext, type KeyContext } from './context.ts';
import type { KeysteadArn } from './keystead-arn.ts';
import type { AskKeystead, ContextEntries, KeysteadReply, KeysteadRequest } from './keystead-service.ts';
import { MasterKeyError } from './master-key-error.ts';
import type { GeneratedDataKey, MasterKey, MasterKeyDescription, MasterKeyFacts } from './master-key.ts';
import { rewrapHere } from './rewrap-here.ts';

type Done = Exclude<KeysteadReply, { readonly refused: unknown }>;

/** A key of this installation, asked for in process: no request, no credential, and the same decisions and entries. */
export class KeysteadMasterKey implements MasterKey {
  readonly capabilities = { contextConditions: true, serverSideRewrap: true };
  readonly #ask: AskKeystead;
  readonly #arn: KeysteadArn;
  readonly #probeContext: ContextEntries;
  /** What was opened last, still wrapped: opening it again proves the key without making another. */
  #opened: { readonly wrapped: Bytes<'WrappedKey'>; readonly context: KeyContext } | undefined;

  constructor(ask: AskKeystead, arn: KeysteadArn, owner: KeyOwner) {
    this.#ask = ask;
    this.#arn = arn;
    this.#probeContext = [
      ['keystead:environment', owner.environment],
      ['keystead:format', '1'],
      ['keystead:purpose', 'probe'],
      ['keystead:tenant', owner.tenant],
    ];
  }

  describe(): MasterKeyDescription {
    return { provider: 'keystead', keyId: this.#arn.arn, region: this.#arn.region };
  }

  /** There is one clock. */
  get clockSkewMs(): number {
    return 0;
  }

  async generate(context: KeyContext): Promise<GeneratedDataKey> {
    const done = await this.#asking({ operation: 'generate', context: entriesOf(context) });
    return { dataKey: this.#bytes(done.dataKey), wrapped: this.#bytes(done.wrapped) };
  }

  async wrap(dataKey: Bytes<'DataKey'>, context: KeyContext): Promise<Bytes<'WrappedKey'>> {
    return this.#bytes((await this.#asking({ operation: 'wrap', context: entriesOf(context), dataKey })).wrapped);
  }

  async unwrap(wrapped: Bytes<'WrappedKey'>, context: KeyContext): Promise<Bytes<'DataKey'>> {
    const { dataKey } = await this.#asking({ operation: 'unwrap', context: entriesOf(context), wrapped });
    if (dataKey !== undefined && dataKey.length !== 32) {
      wipe(dataKey);
      throw new MasterKeyError('wrong-context-or-tampered', this.#arn.arn);
    }
    this.#opened = { wrapped, context };
    return this.#bytes(dataKey);
  }

  async rewrap(wrapped: Bytes<'WrappedKey'>, context: KeyContext, to: MasterKey): Promise<Bytes<'WrappedKey'>> {
    if (to instanceof KeysteadMasterKey) {
      const request = { operation: 'rewrap', context: entriesOf(context), wrapped, toKeyId: to.#arn.arn } as const;
      return this.#bytes((await this.#asking(request)).wrapped);
    }
    return await rewrapHere(this, wrapped, context, to);
  }

  async probe(): Promise<void> {
    const last = this.#opened;
    if (last !== undefined) return wipe(await this.unwrap(last.wrapped, last.context));
    const { dataKey } = await this.#asking({ operation: 'generate', context: this.#probeContext });
    wipe(dataKey);
  }

  async inspect(): Promise<MasterKeyFacts> {
    const { facts } = await this.#asking({ operation: 'describe' });
    if (facts === undefined) throw new MasterKeyError('unreachable', this.#arn.arn);
    return facts;
  }

  async close(): Promise<void> {}

  /** What came over a channel is a plain array of bytes. */
  #bytes<Kind extends string>(bytes: Uint8Array | undefined): Bytes<Kind> {
    if (bytes === undefined) throw new MasterKeyError('unreachable', this.#arn.arn);
    return bytesOf<Kind>(bytes);
  }

  async #asking(request: WithoutKey<KeysteadRequest>): Promise<Done> {
    const reply = await this.#ask({ ...request, keyId: this.#arn.arn } as KeysteadRequest);
    if (!('refused' in reply)) return reply;
    const { code, keyId, deletionDateMs } = reply.refused;
    throw new MasterKeyError(code, keyId, deletionDateMs === undefined ? {} : { deletionDateMs });
  }
}

type WithoutKey<Request> = Request extends unknown ? Omit<Request, 'keyId'> : never;

function entriesOf(context: KeyContext): ContextEntries {
  return [...encryptionContext(context)];
}
