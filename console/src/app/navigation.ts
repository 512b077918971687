import {
  IconArchive,
  IconHistory,
  IconKey,
  IconLayoutDashboard,
  IconSettings,
  IconUsers,
  type Icon,
} from '@tabler/icons-react';

/** A place in the navigation. */
export interface Place {
  readonly to: '/' | '/keys' | '/environments' | '/audit' | '/access' | '/settings';
  readonly name: string;
  readonly icon: Icon;
}

export const PLACES: readonly Place[] = [
  { to: '/', name: 'Overview', icon: IconLayoutDashboard },
  { to: '/keys', name: 'Keys', icon: IconKey },
  { to: '/environments', name: 'Vault', icon: IconArchive },
  { to: '/audit', name: 'Audit', icon: IconHistory },
  { to: '/access', name: 'Access', icon: IconUsers },
  { to: '/settings', name: 'Settings', icon: IconSettings },
];
