import { Alerts } from '../vault/alerts/alerts-page.tsx';
import { Page } from '../../ui/page.tsx';

/** Who is told of what becomes of backups, whichever environment it is about. */
export function NotificationsPage() {
  return (
    <Page title="Notifications" about="Who is told when a backup fails, a source is overdue, or a master key says no.">
      <Alerts />
    </Page>
  );
}
