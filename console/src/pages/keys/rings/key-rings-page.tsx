import { Page } from '../../../ui/page.tsx';

export function KeyRingsPage() {
  return <Page title="Keys" />;
}
