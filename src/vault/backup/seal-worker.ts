import { parentPort, workerData } from 'node:worker_threads';
import { END } from '../end-thread.ts';
import { ENTRY_LENGTH, writeEntry } from '../format/format.ts';
import type { HeldKey } from '../format/object-key.ts';
import { PackFiller } from './pack-filler.ts';
import type { SealedPack } from '../format/pack.ts';

/** What a sealing thread is started with. */
export interface SealWorkerData {
  readonly held: HeldKey;
  readonly vaultId: string;
}

/** Buffers are handed over, not copied. */
export type SealRequest =
  | { readonly type: 'block'; readonly block: ArrayBuffer; readonly ids: ArrayBuffer; readonly ranges: ArrayBuffer }
  /** The buffer of a pack that was put, to make another one in. */
  | { readonly type: 'reuse'; readonly buffer: ArrayBuffer }
  | { readonly type: 'finish' };

/** A finished pack, a block to use again, or the word that everything is done. */
export type SealAnswer =
  | {
      readonly type: 'pack';
      readonly id: string;
      readonly bytes: ArrayBuffer;
      readonly length: number;
      readonly entries: ArrayBuffer;
    }
  | { readonly type: 'block'; readonly block: ArrayBuffer }
  | { readonly type: 'finished' };

const { held, vaultId } = workerData as SealWorkerData;
const port = parentPort;
if (!port) throw new Error('this module runs in a worker thread');
const heldKey = { ...held, commitment: Buffer.from(held.commitment) };
const filler = new PackFiller(heldKey, vaultId);

function send(pack: SealedPack): void {
  const entries = Buffer.from(new ArrayBuffer(pack.entries.length * ENTRY_LENGTH));
  pack.entries.reduce((at, entry) => writeEntry(entries, at, entry), 0);
  const bytes = pack.bytes.buffer as ArrayBuffer;
  const answer: SealAnswer = {
    type: 'pack',
    id: pack.id,
    bytes,
    length: pack.bytes.length,
    entries: entries.buffer as ArrayBuffer,
  };
  port?.postMessage(answer, [bytes, answer.entries]);
}

port.on('message', (request: SealRequest | typeof END) => {
  if (request === END) {
    port.close();
    return;
  }
  if (request.type === 'reuse') {
    filler.reuse(Buffer.from(request.buffer));
    return;
  }
  if (request.type === 'finish') {
    const last = filler.finish();
    if (last) send(last);
    port.postMessage({ type: 'finished' } satisfies SealAnswer);
    return;
  }
  const chunks = { ids: Buffer.from(request.ids), ranges: new Uint32Array(request.ranges) };
  filler.addBlock(Buffer.from(request.block), chunks, send);
  port.postMessage({ type: 'block', block: request.block } satisfies SealAnswer, [request.block]);
});
