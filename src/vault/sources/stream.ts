import { addAbortSignal, type Readable } from 'node:stream';
import { VaultError } from '../errors.ts';
import { madeFile } from './made-entry.ts';
import { PieceReader } from './piece-reader.ts';
import { SourceError, type Source, type SourceEntry, type SourceFile, type SourcePath } from './source.ts';

/** What a file of a snapshot may be called: one name, of at most 255 bytes of UTF-8. */
function refuseItemName(item: string): void {
  const isOne = item !== '' && item !== '.' && item !== '..' && !/[/\0]/.test(item) && Buffer.byteLength(item) <= 255;
  if (isOne) return;
  throw new VaultError('source-failed', 'The name of the one file must be a single name, of at most 255 bytes');
}

/**
 * One stream of bytes, such as standard input: a snapshot with one file. It can be read once. A stream that breaks
 * ends the run, so that a half of it is never taken for the whole; but whether the program that writes it came to its
 * end cannot be seen from here (`set -o pipefail` in the shell tells).
 */
export class StreamSource implements Source {
  readonly name: string;
  readonly #item: Buffer;
  readonly #stream: Readable;
  readonly #timeMs: number;
  #isRead = false;

  /** `name` names the dedupe domain; `item` the one file; `timeMs` is its time, in milliseconds since 1970. */
  constructor(name: string, item: string, stream: Readable, timeMs: number = Date.now()) {
    refuseItemName(item);
    this.name = name;
    this.#item = Buffer.from(item);
    this.#stream = stream;
    this.#timeMs = timeMs;
  }

  begin(signal: AbortSignal): void {
    addAbortSignal(signal, this.#stream);
  }

  end(): { warnings: string[] } {
    this.#stream.destroy();
    return { warnings: [] };
  }

  list(folder: SourcePath): Buffer[] {
    if (folder.length > 0) throw new SourceError('vanished');
    return [this.#item];
  }

  entry(path: SourcePath): SourceEntry {
    if (!path.equals(this.#item)) throw new SourceError('vanished');
    return madeFile(this.#item, this.#timeMs);
  }

  open(path: SourcePath): SourceFile {
    if (!path.equals(this.#item)) throw new SourceError('vanished');
    if (this.#isRead) throw new VaultError('source-failed', 'The stream has been read already');
    this.#isRead = true;
    const pieces = new PieceReader(this.#stream);
    return {
      read: async (into) => {
        try {
          return await pieces.read(into);
        } catch (cause) {
          throw new VaultError('source-failed', 'The stream broke before its end', cause);
        }
      },
      entry: () => madeFile(Buffer.alloc(0), this.#timeMs),
      close: () => pieces.close(),
    };
  }
}
