import { VaultError } from '../errors.ts';
import { FolderSource } from './folder.ts';
import { StreamSource } from './stream.ts';
import type { SourceSpec } from './source-spec.ts';
import type { Source } from './source.ts';

type Open<Kind extends SourceSpec['kind']> = (spec: Extract<SourceSpec, { kind: Kind }>) => Source;

/** One row for each kind of source. */
const OPENERS: { readonly [Kind in SourceSpec['kind']]: Open<Kind> } = {
  folder: ({ path, name }) => new FolderSource(path, name),
  postgres: notYet,
  stream: openStream,
};

function openStream({ name, item }: Extract<SourceSpec, { kind: 'stream' }>): Source {
  // A run that a server started has an empty standard input: its snapshot would look like a backup of something.
  if (process.channel) throw new VaultError('source-failed', 'A run of a server has no standard input to back up');
  return new StreamSource(name, item, process.stdin);
}

function notYet({ kind }: SourceSpec): never {
  throw new VaultError('source-failed', `Sources of the kind ${kind} are not implemented yet`);
}

/** The source that a specification names. Reads nothing yet. */
export function openSource(spec: SourceSpec): Source {
  return (OPENERS[spec.kind] as Open<SourceSpec['kind']>)(spec);
}
