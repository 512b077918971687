import type { Environment } from '@keystead/sdk';

/** What each part of an environment's settings is about. */
export interface SettingsProps {
  readonly environment: Environment;
}
