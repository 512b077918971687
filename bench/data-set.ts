import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A small generator of numbers (xorshift, Marsaglia 2003): the same seed makes the same data set everywhere. */
function numbers(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

const GIVEN = ['Anna', 'Bernd', 'Clara', 'David', 'Elif', 'Farid', 'Greta', 'Hanna', 'Igor', 'Jana', 'Karim', 'Lena'];
const FAMILY = ['Schmidt', 'Yilmaz', 'Novak', 'Rossi', 'Larsen', 'Kowalska', 'Dubois', 'Garcia', 'Jansen', 'Horvat'];
const WORDS =
  'the of a key backup store master tenant region archive object record patient invoice contract method value table index row column return await promise buffer stream state policy grant alias rotate revoke restore verify sign digest chunk pack manifest'.split(
    ' ',
  );

/** Rows of invented people, as an export of a database has them. */
function records(next: () => number, length: number): Buffer {
  const rows: string[] = [];
  for (let size = 0, id = next() % 1e6; size < length; id++) {
    const given = GIVEN[next() % GIVEN.length];
    const family = FAMILY[next() % FAMILY.length];
    const account = `DE${10 + (next() % 89)}${next()}${next() % 1e8}`;
    const when = new Date(1.6e12 + (next() % 1e9) * 60).toISOString();
    const code = `${String.fromCharCode(65 + (next() % 26))}${10 + (next() % 89)}.${next() % 10}`;
    const row = `${id},${given},${family},${given?.toLowerCase()}.${family?.toLowerCase()}${next() % 1000}@example.org,${account},${code},${when},${(next() % 1e6) / 100}\n`;
    rows.push(row);
    size += row.length;
  }
  return Buffer.from(rows.join('')).subarray(0, length);
}

/** Bytes that do not shrink, as photographs and archives. */
function incompressible(next: () => number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  const seed = String(next());
  for (let at = 0, n = 0; at < length; n++) at += createHash('sha512').update(`${seed}/${n}`).digest().copy(bytes, at);
  return bytes;
}

/** Text as in documents and source code. */
function text(next: () => number, length: number): Buffer {
  const words: string[] = [];
  for (let size = 0; size < length;) {
    const word = `${WORDS[next() % WORDS.length]}${next() % 7 === 0 ? `_${next() % 500}` : ''}${next() % 11 === 0 ? ';\n  ' : ' '}`;
    words.push(word);
    size += word.length;
  }
  return Buffer.from(words.join('')).subarray(0, length);
}

type Maker = (next: () => number, length: number) => Buffer;

function writeLong(path: string, make: Maker, next: () => number, length: number): void {
  const piece = 4 << 20;
  const file = openSync(path, 'w');
  for (let left = length; left > 0; left -= piece) writeSync(file, make(next, Math.min(piece, left)));
  closeSync(file);
}

/** Writes about `bytes` of data: 45 % records, 25 % incompressible, 15 % long texts, 15 % small text files. */
export function writeDataSet(root: string, bytes: number, seed = 20_261_121): { readonly files: number } {
  const next = numbers(seed);
  let files = 0;
  const long = (folder: string, make: Maker, total: number, count: number): void => {
    mkdirSync(join(root, folder), { recursive: true });
    for (let i = 0; i < count; i++, files++)
      writeLong(join(root, folder, `part-${i}`), make, next, Math.floor(total / count));
  };
  long('records', records, bytes * 0.45, 4);
  long('media', incompressible, bytes * 0.25, 4);
  long('documents', text, bytes * 0.15, 24);
  for (let written = 0, folder = 0; written < bytes * 0.15; folder++) {
    const path = join(root, 'tree', `${folder % 16}`, `module-${folder}`);
    mkdirSync(path, { recursive: true });
    for (let i = 0; i < 40; i++, files++) {
      const content = text(next, 200 + (next() % 20_000));
      writeFileSync(join(path, `file-${i}.txt`), content);
      written += content.length;
    }
  }
  return { files };
}
