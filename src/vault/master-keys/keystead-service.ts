import type { MasterKeyFailure } from './master-key-error.ts';
import type { MasterKeyFacts } from './master-key.ts';

/** Names and values of an encryption context. */
export type ContextEntries = readonly (readonly [name: string, value: string])[];

/** What is asked of a key of this installation. Plain data: it crosses to the server from a run's process. */
export type KeysteadRequest =
  | { readonly operation: 'generate'; readonly keyId: string; readonly context: ContextEntries }
  | {
      readonly operation: 'wrap';
      readonly keyId: string;
      readonly context: ContextEntries;
      readonly dataKey: Uint8Array;
    }
  | {
      readonly operation: 'unwrap';
      readonly keyId: string;
      readonly context: ContextEntries;
      readonly wrapped: Uint8Array;
    }
  | {
      readonly operation: 'rewrap';
      readonly keyId: string;
      readonly context: ContextEntries;
      readonly wrapped: Uint8Array;
      readonly toKeyId: string;
    }
  | { readonly operation: 'describe'; readonly keyId: string };

/** A refusal, in the words of the port. */
export interface KeysteadRefusal {
  readonly code: MasterKeyFailure;
  /** The key that refused: where two were asked, one of them. */
  readonly keyId: string;
  readonly deletionDateMs?: number;
}

/** What came of it; which members are there depends on the operation. Whoever asked wipes `dataKey`. */
export type KeysteadReply =
  | { readonly dataKey?: Uint8Array; readonly wrapped?: Uint8Array; readonly facts?: MasterKeyFacts }
  | { readonly refused: KeysteadRefusal };

/**
 * The keys of this installation, as one environment may use them. Each answer has its entry in the audit log. Never
 * rejects: that nobody could be asked is a refusal too.
 */
export type AskKeystead = (request: KeysteadRequest) => Promise<KeysteadReply>;

/** The same for any environment; `about` names what it is for in the log: a run's id. */
export type KeysteadOf = (tenantId: string, environmentId: string, about?: string) => AskKeystead;
