import { AreaLayout } from '../../ui/area-layout.tsx';
import { ACCESS_GROUPS } from './access-areas.ts';

/** What is around every page below `/access`. */
export function AccessLayout() {
  return <AreaLayout name="Access" to="/access" groups={ACCESS_GROUPS} />;
}
