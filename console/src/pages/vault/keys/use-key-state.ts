import type { Environment, KeyWatch } from '@keystead/sdk';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/api.ts';
import { isRefused } from '../../../api/problem.ts';
import { keyWatchQuery } from '../api/vault-queries.ts';
import { regionOfKeyName, shortKeyName } from '../words/storage-words.ts';

/** The states of a key of this installation, in the words of a key watch. */
const OWN_STATES: Readonly<Record<string, string>> = {
  enabled: 'good',
  disabled: 'disabled',
  deactivated: 'expired',
  'pending-import': 'material-missing',
  'pending-deletion': 'pending-deletion',
  deleted: 'deleted',
  gone: 'deleted',
};

export interface KeyState {
  readonly state: string;
  /** Since when, as far as anybody has looked. */
  readonly since?: string | undefined;
  readonly deletionAt?: string | undefined;
  /** What becomes unreadable with it, where it is to be deleted. */
  readonly outlook?: KeyWatch['keys'][number]['outlook'];
}

/**
 * How the master key of an environment stands. A key of this installation is asked for itself, where one may: it says at
 * once when it was switched off. Of any other, what it was found to be when it was last used. `undefined`: not known yet.
 */
export function useKeyState({ environmentId, masterKey, encryption }: Environment): KeyState | undefined {
  const api = useApi();
  const { provider, keyId, region } = masterKey;
  const { data: watch } = useQuery(keyWatchQuery(api, environmentId));
  const own = useQuery({
    ...ownKeyQuery(api, region || (regionOfKeyName(keyId) ?? ''), shortKeyName(masterKey)),
    enabled: provider === 'keystead' && encryption === 'Keystead',
  });
  const watched = watch?.keys.find((key) => key.keyId === keyId);
  const state = own.data === undefined ? undefined : OWN_STATES[own.data.state];
  if (state !== undefined && (state !== 'good' || watched === undefined || isOff(watched.state))) {
    return { ...(watched?.state === state && watched), state, deletionAt: own.data?.deletionDueAt };
  }
  return watched;
}

/** States that a key of this installation itself would tell of: where it says otherwise, the watch is out of date. */
function isOff(state: string): boolean {
  return Object.values(OWN_STATES).includes(state) && state !== 'good';
}

const ownKeyQuery = (api: ReturnType<typeof useApi>, region: string, keyId: string) =>
  queryOptions({
    queryKey: ['keys', region, keyId, 'state'],
    queryFn: () => api.getKey(region, keyId),
    retry: false as const,
    // Each refusal is an entry of the audit log: who was refused is not asked for again by the clock.
    refetchInterval: ({ state }) => (isRefused(state.error) ? false : 15_000),
  });
