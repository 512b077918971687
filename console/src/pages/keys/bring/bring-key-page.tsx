import { Page } from '../../../ui/page.tsx';

export function BringKeyPage() {
  return <Page title="Keys" />;
}
