/** What a store can do beside keeping objects. */
export interface TargetCapabilities {
  /** It deletes when asked to; under object lock what is locked no more. */
  readonly delete: boolean;
  /** It can keep an object from being deleted until a date, and on hold: {@link Target.lock} and {@link Target.hold}. */
  readonly lock: boolean;
}

export interface TargetDescription {
  /** `folder`, `s3`, ... */
  readonly kind: string;
  /** Where, for people: a path, a bucket and prefix. */
  readonly location: string;
  /** The region that the store declares, where it has one. */
  readonly region?: string;
}

export interface StoredObject {
  readonly name: string;
  /** Bytes. */
  readonly length: number;
  /** When the store says that it came, milliseconds since 1970: nobody who only writes can forge it. */
  readonly storedMs?: number;
}

/** An object that somebody has put out of sight in a store that keeps versions. */
export interface HiddenObject {
  readonly name: string;
  /** It was deleted, and an older version is still there; or it was written over. */
  readonly by: 'delete-marker' | 'newer-version';
  /** When the store says that this happened, milliseconds since 1970. */
  readonly sinceMs: number;
}

/** What keeps an object from being deleted. */
export interface ObjectLock {
  /** Until when, milliseconds since 1970; absent: no lock was ever put on it. It may have passed. */
  readonly untilMs?: number;
  /** `governance`: some may bypass it. `compliance`: nobody may. */
  readonly mode?: 'governance' | 'compliance';
  /** Whether it is on legal hold. */
  readonly isHeld: boolean;
}

/**
 * Where the objects of one vault lie. Names are made of lower-case letters, digits, `.`, `-` and `/`.
 *
 * Every method rejects with a `VaultError`: one of the `target-` codes, and what is said below.
 */
export interface Target {
  readonly capabilities: TargetCapabilities;
  describe(): TargetDescription;
  /**
   * Keeps a new object. When it resolves, the object is whole and durable; when it rejects, or the process dies, no
   * part of it shows. Never overwrites: `object-exists`.
   */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** The whole object. `object-missing`; `malformed` when it is longer than `atMost` bytes. */
  get(name: string, atMost: number): Promise<Buffer>;
  /** `length` bytes from `offset`, fewer where the object ends. `object-missing`. */
  getRange(name: string, offset: number, length: number): Promise<Buffer>;
  /** What lies under a prefix that ends in `/`, in no order. Nothing there is an empty list. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /**
   * What {@link list} and {@link get} do not show, or show in another state, because somebody deleted it or wrote over
   * it where the store keeps versions. Absent: the store keeps none.
   */
  hidden?(prefix: string): AsyncIterable<HiddenObject>;
  /** Removes an object for good, all versions of it. Removing what is not there is no error. `object-locked`. */
  delete(name: string): Promise<void>;
  /** Keeps an object from being deleted until a date, never shortening what holds already. Only with `capabilities.lock`. */
  lock?(name: string, untilMs: number): Promise<void>;
  /** Puts an object on legal hold, or releases it. Only with `capabilities.lock`. */
  hold?(name: string, on: boolean): Promise<void>;
  /**
   * What keeps an object from being deleted, as the store says it. Only with `capabilities.lock`. `object-missing`;
   * `target-denied` where these credentials may not ask: it never takes silence for an answer.
   */
  lockOf?(name: string): Promise<ObjectLock>;
  /** Lets go of connections. */
  close(): Promise<void>;
}
