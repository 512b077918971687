import type { KnownHead } from '../index-cache.ts';
import type { Keeping } from '../keeping/keeping-settings.ts';
import type { ServerWord } from '../write-only/write-only.ts';

/** What the server does for agents, each in a process of its own. */
export type AgentQuestion =
  /** Signs a writer in, and makes vault and pair where there are none. `publicKey`: Ed25519, 32 raw bytes. */
  | { readonly kind: 'enrol-writer'; readonly publicKey: Buffer }
  /** Lets a writer go; `through`: the last of its snapshots that is to count, absent: all that there are. */
  | {
      readonly kind: 'revoke-writer';
      readonly writer: string;
      readonly through?: number;
      readonly keeping: Keeping;
    }
  | { readonly kind: 'prove-master-key' }
  | { readonly kind: 'writer-word'; readonly writer: string }
  /** Looks at what a writer has put, and gives its envelopes recipients of their own. */
  | { readonly kind: 'adopt'; readonly writer: string };

/** Answers by the kind of question. */
export interface AgentAnswers {
  readonly 'enrol-writer': {
    readonly creator: string;
    /** The bytes of `vault.json`, and of `pairs/<pairId>.json`. */
    readonly descriptor: Buffer;
    readonly pair: Buffer;
    readonly pairId: string;
  };
  readonly 'revoke-writer': { readonly through: number; readonly discounted: readonly string[] };
  readonly 'prove-master-key': { readonly nowMs: number };
  readonly 'writer-word': ServerWord;
  readonly adopt: { readonly head?: KnownHead; readonly envelopes: number; readonly adopted: number };
}
