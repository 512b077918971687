import { VaultError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import { checkObjectName } from '../targets/object-name.ts';
import type { StoredObject, Target, TargetDescription } from '../targets/target.ts';

export interface MemoryObject {
  readonly bytes: Buffer;
  readonly storedMs: number;
}

/** A target in memory whose whole state can be looked at, copied and put back: `objects` by name. */
export class MemoryTarget implements Target {
  readonly capabilities = { delete: true, lock: false };
  readonly objects: Map<string, MemoryObject>;
  readonly #clock: Clock;

  constructor(clock: Clock, objects: ReadonlyMap<string, MemoryObject> = new Map()) {
    this.#clock = clock;
    this.objects = new Map(objects);
  }

  describe(): TargetDescription {
    return { kind: 'memory', location: 'memory' };
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    if (this.objects.has(checkObjectName(name))) {
      throw new VaultError('object-exists', `The object ${name} exists already`);
    }
    this.objects.set(name, { bytes: Buffer.from(bytes), storedMs: this.#clock.nowMs() });
  }

  async get(name: string, atMost: number): Promise<Buffer> {
    const { bytes } = this.#object(name);
    if (bytes.length > atMost) throw new VaultError('malformed', `The object ${name} is too long`);
    return Buffer.from(bytes);
  }

  async getRange(name: string, offset: number, length: number): Promise<Buffer> {
    return Buffer.from(this.#object(name).bytes.subarray(offset, offset + length));
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    for (const [name, { bytes, storedMs }] of new Map(this.objects)) {
      if (name.startsWith(prefix)) yield { name, length: bytes.length, storedMs };
    }
  }

  async delete(name: string): Promise<void> {
    this.objects.delete(checkObjectName(name));
  }

  async close(): Promise<void> {}

  #object(name: string): MemoryObject {
    const found = this.objects.get(checkObjectName(name));
    if (found) return found;
    throw new VaultError('object-missing', `The object ${name} is not there`);
  }
}
