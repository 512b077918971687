import { queryOptions } from '@tanstack/react-query';
import type { Api } from '../../../api/api.ts';
import { environmentKey } from '../api/vault-queries.ts';

const PAGE = 1000;
const FOLDER = 'databases';
const SUFFIX = '.dump';

/** The name of the database that a file of a snapshot holds: docs/spec/backup-format.md section 14. */
export function databaseOf(fileName: string): string | undefined {
  if (!fileName.endsWith(SUFFIX)) return undefined;
  const escaped = fileName.slice(0, -SUFFIX.length);
  return escaped.replaceAll(/%(2F|2E|25)/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)));
}

/** The databases that a snapshot of a PostgreSQL server holds, with the sizes of their dumps. It asks the master key. */
export const databasesQuery = (api: Api, environmentId: string, snapshotId: string) =>
  queryOptions({
    queryKey: [...environmentKey(environmentId), 'databases', snapshotId],
    queryFn: async () => {
      const found: { readonly name: string; readonly size: number | undefined }[] = [];
      for (let after: string | undefined; ;) {
        const page = await api.browseSnapshot(environmentId, { snapshotId, path: FOLDER, limit: PAGE, after });
        for (const { name, size } of page.entries) {
          const database = databaseOf(name);
          if (database !== undefined) found.push({ name: database, size });
        }
        if (page.next === undefined) return found;
        after = page.next;
      }
    },
    retry: false,
  });
