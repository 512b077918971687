import type { LinkProps } from '@tanstack/react-router';

/** A page of the settings. */
export interface SettingsArea {
  readonly to: Extract<LinkProps['to'], `/settings/${string}`>;
  readonly name: string;
  /** What is set there, in a sentence. */
  readonly about: string;
}

export interface SettingsGroup {
  readonly name: string;
  readonly areas: readonly SettingsArea[];
}

/** The pages of the settings, in the order of the navigation. */
export const SETTINGS_GROUPS: readonly SettingsGroup[] = [
  {
    name: 'Vault',
    areas: [
      {
        to: '/settings/backup-environment',
        name: 'Backup Environment',
        about: 'Where backups go, and under which master key.',
      },
    ],
  },
];
