import type { EgressGuard } from '../../clients/egress.ts';
import { VaultError } from '../errors.ts';
import { FolderSource } from './folder.ts';
import { PostgresSource } from './postgres.ts';
import { StreamSource } from './stream.ts';
import type { SourceSpec } from './source-spec.ts';
import type { Source } from './source.ts';

/** What a source is handed besides its specification. */
export interface SourceServices {
  /** The gate of everything that is connected to. */
  readonly guard: EgressGuard;
}

type Open<Kind extends SourceSpec['kind']> = (
  spec: Extract<SourceSpec, { kind: Kind }>,
  services: SourceServices,
) => Source;

/** One row for each kind of source. */
const OPENERS: { readonly [Kind in SourceSpec['kind']]: Open<Kind> } = {
  folder: ({ path, name, ...options }) => new FolderSource(path, name, options),
  postgres: (spec, { guard }) => new PostgresSource(spec, guard),
  stream: openStream,
};

function openStream({ name, item }: Extract<SourceSpec, { kind: 'stream' }>): Source {
  // A run that a server started has an empty standard input: its snapshot would look like a backup of something.
  if (process.channel) throw new VaultError('source-failed', 'A run of a server has no standard input to back up');
  return new StreamSource(name, item, process.stdin);
}

/** The source that a specification names. Reads nothing yet. */
export function openSource(spec: SourceSpec, services: SourceServices): Source {
  return (OPENERS[spec.kind] as Open<SourceSpec['kind']>)(spec, services);
}
