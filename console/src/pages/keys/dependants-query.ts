import { everyItem, type Environment, type Key, type Registration } from '@keystead/sdk';
import { queryOptions } from '@tanstack/react-query';
import type { Api } from '../../api/api.ts';
import { keyPlace } from './key-query.ts';
import type { ListedKey } from './key-words.ts';

/** A backup environment whose backups a key opens. */
export interface DependentEnvironment {
  readonly environmentId: string;
  readonly label: string;
  /** Of the newest snapshot that was proven restorable. */
  readonly newestAt: string | undefined;
}

/** Who depends on a key. */
export interface Dependants {
  readonly key: Key | undefined;
  /** In the last seven days; undefined where that may not be known. */
  readonly usesOfWeek: number | undefined;
  readonly registrations: readonly Registration[];
  readonly environments: readonly DependentEnvironment[];
  /** What the person may not look at: something may be there. */
  readonly unknown: readonly string[];
}

const WEEK_MS = 7 * 86_400_000;
const NO_REGISTRATIONS: readonly Registration[] = [];

/** Who depends on a key, as far as the one who asks may know. */
export const dependantsQuery = (api: Api, { region, keyId, arn }: Pick<ListedKey, 'region' | 'keyId' | 'arn'>) =>
  queryOptions({
    queryKey: [...keyPlace(region, keyId), 'dependants'],
    queryFn: async (): Promise<Dependants> => {
      const now = Date.now();
      const [key, registrations, environments, uses] = await Promise.allSettled([
        api.getKey(region, keyId),
        api.listKeyRegistrations(region, keyId),
        Array.fromAsync(everyItem<Environment>((after) => api.listEnvironments({ after }))),
        api.getKeyUses(region, keyId, {
          from: new Date(now - WEEK_MS).toISOString(),
          to: new Date(now).toISOString(),
          step: 'day',
        }),
      ]);
      return {
        key: key.status === 'fulfilled' ? key.value : undefined,
        usesOfWeek: uses.status === 'fulfilled' ? uses.value.count : undefined,
        registrations: registrations.status === 'fulfilled' ? registrations.value.items : NO_REGISTRATIONS,
        environments: environments.status === 'fulfilled' ? environmentsUnder(environments.value, arn, keyId) : [],
        unknown: [
          ...(registrations.status === 'rejected' ? ['Registered resources'] : []),
          ...(environments.status === 'rejected' ? ['Backup environments'] : []),
        ],
      };
    },
  });

/** A master key is named by its ARN, or by its CRN where it is reached over the API of IBM. */
function environmentsUnder(environments: readonly Environment[], arn: string, id: string): DependentEnvironment[] {
  return environments
    .filter(({ masterKey, recipients }) =>
      [masterKey, ...recipients].some(({ keyId }) => keyId === arn || keyId.endsWith(`:key:${id}`)),
    )
    .map(({ environmentId, label, lastProvenRestorable }) => ({
      environmentId,
      label,
      newestAt: lastProvenRestorable
        .map(({ takenAt }) => takenAt)
        .toSorted()
        .at(-1),
    }));
}
