import { KeysteadError } from '@keystead/sdk';
import { saveFile } from './save-file.ts';

/** What a browser that cannot write into a file as it comes may have to keep in its memory. */
export const MOST_IN_MEMORY = 1 << 30;

/** File System API, as far as it is used: not every browser has it. https://fs.spec.whatwg.org/ */
interface FilePicker {
  readonly showSaveFilePicker?: (options: {
    readonly suggestedName: string;
    readonly types: readonly { readonly accept: Readonly<Record<string, readonly string[]>> }[];
  }) => Promise<FileSystemFileHandle>;
}

const picker = (): FilePicker['showSaveFilePicker'] => (window as FilePicker).showSaveFilePicker?.bind(window);

/** Whether what comes can be written into a file while it comes, whatever its size. */
export function canSaveStreams(): boolean {
  return picker() !== undefined;
}

interface StreamToSave {
  readonly name: string;
  readonly type: string;
  /** As the name has it: `.jsonl`. */
  readonly extension: string;
  /** Asked once it is known where to put it. */
  readonly open: () => Promise<Response>;
}

/**
 * Saves an answer as a file: into one that a person chooses, as it comes, where the browser can; else it is gathered
 * first. Nothing is kept of an answer that breaks off.
 *
 * @throws {KeysteadError} `no-file-chosen`, `too-large-for-browser`, and what opening it throws
 */
export async function saveStream({ name, type, extension, open }: StreamToSave): Promise<void> {
  const choose = picker();
  if (choose === undefined) return saveFile(name, await gathered(await open(), type));
  const file = await choose({ suggestedName: name, types: [{ accept: { [type]: [extension] } }] }).catch(noFile);
  const { body } = await open();
  // Written beside the file, and put in its place when it is whole.
  await body?.pipeTo(await file.createWritable());
}

function noFile(error: unknown): never {
  if ((error as Error).name !== 'AbortError') throw error;
  throw new KeysteadError({
    status: 0,
    code: 'no-file-chosen',
    message: 'no file was chosen, so nothing was asked for',
    action: 'Choose where to put it, or close this.',
  });
}

/** The whole answer. Browsers put what is large on a disk themselves, as long as no script holds it. */
async function gathered({ body }: Response, type: string): Promise<Blob> {
  let size = 0;
  const counted = body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        size += chunk.byteLength;
        if (size > MOST_IN_MEMORY) throw tooLarge();
        controller.enqueue(chunk);
      },
    }),
  );
  return new Response(counted ?? null, { headers: { 'content-type': type } }).blob();
}

function tooLarge(): KeysteadError {
  return new KeysteadError({
    status: 0,
    code: 'too-large-for-browser',
    message: 'there is more than 1 GiB of it, which this browser would have to hold in memory',
    action:
      'Take a shorter time, use the command below, or a browser of the Chromium family, which writes it as it comes.',
  });
}
