import { AreaLayout } from '../../ui/area-layout.tsx';
import { SETTINGS_GROUPS } from './areas.ts';

/** A page of the settings beside the navigation of the area. */
export function SettingsLayout() {
  return <AreaLayout name="Settings" to="/settings" groups={SETTINGS_GROUPS} />;
}
