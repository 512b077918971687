import type { Source } from '@keystead/sdk';

/** What a source reads, in a line. */
export function whatIsRead({ folder, postgres, stream }: Source): string {
  if (folder !== undefined) {
    const left = folder.exclude === undefined ? '' : `, without ${folder.exclude.join(', ')}`;
    const only = folder.include === undefined ? '' : `, only ${folder.include.join(', ')}`;
    return `${folder.path}${only}${left}`;
  }
  if (postgres !== undefined) {
    return `PostgreSQL at ${postgres.host}${postgres.port === undefined ? '' : `:${postgres.port}`}: ${postgres.databases?.join(', ') ?? 'all databases'}`;
  }
  return `what is piped into ${stream?.item ?? 'it'}`;
}
