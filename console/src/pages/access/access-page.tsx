import { AreaList } from '../../ui/area-layout.tsx';
import { Page } from '../../ui/page.tsx';
import { ACCESS_GROUPS } from './access-areas.ts';

/** The list of what there is about people and programs. */
export function AccessPage() {
  return (
    <Page title="Access" about="Who may do what: people and how they sign in, programs and what proves them.">
      <AreaList groups={ACCESS_GROUPS} />
    </Page>
  );
}
