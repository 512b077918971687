import { AreaList } from '../../ui/area-layout.tsx';
import { Page } from '../../ui/page.tsx';
import { SETTINGS_GROUPS } from './areas.ts';

/** All settings, and what each is for. */
export function SettingsPage() {
  return (
    <Page title="Settings" about="What holds for the whole tenant, and what the operator sets for the installation.">
      <AreaList groups={SETTINGS_GROUPS} />
    </Page>
  );
}
