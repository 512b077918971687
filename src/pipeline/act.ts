import type { AccessPolicy } from '../access/policy.ts';
import type { RequestContext } from '../access/request.ts';
import type { Json } from '../bytes/canonical-json.ts';
import type { Grant } from '../keys/grant.ts';
import type { OpenKey } from '../keys/open-key.ts';
import type { Precondition, Room, Write } from '../records/commit.ts';
import type { MaybePromise } from '../records/ports.ts';
import type { ToTell } from './tell-services.ts';

/** One permission that an act needs. */
export interface Target {
  readonly action: string;
  /** The resource as policies name it: an ARN, or `*`. */
  readonly resource: string;
  /** The key whose policy counts. Absent for acts that rest on the principal's own policies. */
  readonly key?: OpenKey;
  /** The account that owns the key. */
  readonly accountId?: string;
  /** Something else than a key whose own policy counts, and whose owner's log hears of it: a role with its trust policy. */
  readonly guarded?: Guarded;
  /** Whoever is proven may, as AWS has it for this action. It is recorded all the same. */
  readonly isFree?: boolean;
  /** Which grants may give this permission, where not all may that name the action. */
  readonly mayRestOn?: (grant: Grant) => boolean;
  /** What the protocol knows for conditions of policies; the pipeline adds what every request has. */
  readonly context?: RequestContext;
}

/** What is guarded by a policy of its own. */
export interface Guarded {
  readonly tenantId: string;
  readonly accountId: string;
  readonly policy: AccessPolicy;
}

/** Room for one more record of a scope. */
export interface Needed {
  readonly room: Room;
  /** Absent: what was read has been overtaken, and the act is decided again. */
  readonly refusal?: Error | undefined;
}

/** What running an act came to. */
export interface Done<Value> {
  readonly value: Value;
  /** The change as data; absent or empty for a use. */
  readonly writes?: readonly Write[];
  /** Records that the change rests on without changing them. */
  readonly preconditions?: readonly Precondition[];
  /** Spaces of names that must be empty for the change to hold, once it has given up its own. */
  readonly emptySpaces?: readonly string[];
  /** What became of keys, for the services that registered their use of them: told in the same commit. */
  readonly happened?: readonly ToTell[];
  /** Where there must be room for what is made, and what is answered where there is none. */
  readonly rooms?: readonly Needed[];
  /** The key version that served, for the entry. */
  readonly keyVersion?: string;
  /** The act ends in this refusal once its change is durable: a wrong try that is counted. */
  readonly refusal?: Error;
  /** What is told of the outcome beside the log: ids, versions, states, counts. Never a plaintext, a key, a token. */
  readonly result?: Json;
  /** The record of a key that came into being by this act, for the entries of targets that are no keys. */
  readonly keyId?: string;
  /** It switches something off: it gets through on a full disk. */
  readonly urgent?: boolean;
  /** What the change replaces is gone from the disk when it is answered: key material that was destroyed. */
  readonly shred?: boolean;
}

/**
 * What a request boils down to once it is parsed and its keys are found: the permissions it needs, what the entry
 * should say besides, and the verb.
 */
export interface Act<Value> {
  /** All of them must be allowed. Each gets its entry. */
  readonly targets: readonly Target[];
  /** Encryption context, names: beside the log, erasable. Never a plaintext, a key, a token. */
  readonly details?: Json;
  /** It finds what may have to be switched off, and changes nothing: answered on a full disk while that leaves room for it. */
  readonly finds?: boolean;
  /** Runs once all targets are allowed. Nothing happens in it: a change is answered as data. */
  run(nowMs: number): MaybePromise<Done<Value>>;
}
