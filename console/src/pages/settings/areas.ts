import {
  IconArchive,
  IconBell,
  IconBuilding,
  IconCertificate,
  IconGauge,
  IconGavel,
  IconPlugConnected,
  IconShieldLock,
  IconTransfer,
  IconWorld,
} from '@tabler/icons-react';
import type { AreaGroup } from '../../ui/area-layout.tsx';

/** The pages of the settings, in the order of the navigation. */
export const SETTINGS_GROUPS: readonly AreaGroup[] = [
  {
    name: 'Vault',
    pages: [
      {
        to: '/settings/backup-environment',
        name: 'Backup Environment',
        about: 'Where backups are stored, and under which key',
        icon: IconArchive,
      },
      {
        to: '/settings/notifications',
        name: 'Notifications',
        about: 'Who is told when a backup fails or a key says no',
        icon: IconBell,
      },
    ],
  },
  {
    name: 'Keys',
    pages: [
      { to: '/settings/regions', name: 'Regions and instances', about: 'Where keys may live', icon: IconWorld },
      {
        to: '/settings/policies',
        name: 'Instance policies',
        about: 'What holds for all keys of a region: two people, networks, rotation',
        icon: IconGavel,
      },
      {
        to: '/settings/external-key-store',
        name: 'External key store',
        about: 'Keys of here behind KMS keys at AWS',
        icon: IconTransfer,
      },
      {
        to: '/settings/services',
        name: 'Services and authorizations',
        about: 'Who registers with keys what it protects',
        icon: IconPlugConnected,
      },
      {
        to: '/settings/limits',
        name: 'Limits',
        about: 'How much there may be, and how much there is',
        icon: IconGauge,
      },
    ],
  },
  {
    name: 'Installation',
    pages: [
      {
        to: '/settings/seal',
        name: 'Seal and health',
        about: 'What protects it all, and whether it is well',
        icon: IconShieldLock,
      },
      { to: '/settings/tenants', name: 'Tenants', about: 'Whom this installation serves', icon: IconBuilding },
      {
        to: '/settings/token-keys',
        name: 'Token-signing keys',
        about: 'What signs the tokens of the IBM API',
        icon: IconCertificate,
      },
    ],
  },
];
