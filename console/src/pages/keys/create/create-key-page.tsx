import { Page } from '../../../ui/page.tsx';

export function CreateKeyPage() {
  return <Page title="Keys" />;
}
