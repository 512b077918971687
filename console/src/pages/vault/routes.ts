import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../app/shell-route.ts';
import { settingsRoute } from '../settings/settings-route.ts';
import { compareSearch, runsSearch, snapshotSearch, snapshotsSearch } from './search.ts';

const environmentRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: 'environments/$environmentId',
  component: lazyRouteComponent(() => import('./environment-layout.tsx'), 'EnvironmentLayout'),
});

/** Environments with all that is in them. */
export const vaultRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: 'environments',
    component: lazyRouteComponent(() => import('./environments-page.tsx'), 'EnvironmentsPage'),
  }),
  environmentRoute.addChildren([
    createRoute({
      getParentRoute: () => environmentRoute,
      path: '/',
      component: lazyRouteComponent(() => import('./environment-page.tsx'), 'EnvironmentPage'),
    }),
    createRoute({
      getParentRoute: () => environmentRoute,
      path: 'sources',
      component: lazyRouteComponent(() => import('./sources/sources-page.tsx'), 'SourcesPage'),
    }),
    createRoute({
      getParentRoute: () => environmentRoute,
      path: 'schedules',
      component: lazyRouteComponent(() => import('./schedules/schedules-page.tsx'), 'SchedulesPage'),
    }),
    createRoute({
      getParentRoute: () => environmentRoute,
      path: 'snapshots',
      validateSearch: snapshotsSearch,
      component: lazyRouteComponent(() => import('./snapshots/snapshots-page.tsx'), 'SnapshotsPage'),
    }),
    createRoute({
      getParentRoute: () => environmentRoute,
      path: 'snapshots/$snapshotId',
      validateSearch: snapshotSearch,
      component: lazyRouteComponent(() => import('./snapshots/snapshot-page.tsx'), 'SnapshotPage'),
    }),
    createRoute({
      getParentRoute: () => environmentRoute,
      path: 'snapshots/$snapshotId/compare',
      validateSearch: compareSearch,
      component: lazyRouteComponent(() => import('./snapshots/compare-page.tsx'), 'ComparePage'),
    }),
    createRoute({
      getParentRoute: () => environmentRoute,
      path: 'runs',
      validateSearch: runsSearch,
      component: lazyRouteComponent(() => import('./runs/runs-page.tsx'), 'RunsPage'),
    }),
    createRoute({
      getParentRoute: () => environmentRoute,
      path: 'runs/$runId',
      component: lazyRouteComponent(() => import('./runs/run-page.tsx'), 'RunPage'),
    }),
    createRoute({
      getParentRoute: () => environmentRoute,
      path: 'recovery',
      component: lazyRouteComponent(() => import('./recovery/recovery-page.tsx'), 'RecoveryPage'),
    }),
    createRoute({
      getParentRoute: () => environmentRoute,
      path: 'retention',
      component: lazyRouteComponent(() => import('./keeping/retention-page.tsx'), 'RetentionPage'),
    }),
    createRoute({
      getParentRoute: () => environmentRoute,
      path: 'holds',
      component: lazyRouteComponent(() => import('./keeping/holds-page.tsx'), 'HoldsPage'),
    }),
    createRoute({
      getParentRoute: () => environmentRoute,
      path: 'agents',
      component: lazyRouteComponent(() => import('./agents/agents-page.tsx'), 'AgentsPage'),
    }),
    createRoute({
      getParentRoute: () => environmentRoute,
      path: 'alerts',
      component: lazyRouteComponent(() => import('./alerts/alerts-page.tsx'), 'AlertsPage'),
    }),
  ]),
] as const;

/** Settings > Backup Environment. */
export const backupEnvironmentRoutes = [
  createRoute({
    getParentRoute: () => settingsRoute,
    path: 'backup-environment',
    component: lazyRouteComponent(() => import('./settings/backup-environment-page.tsx'), 'BackupEnvironmentPage'),
  }),
  createRoute({
    getParentRoute: () => settingsRoute,
    path: 'backup-environment/new',
    component: lazyRouteComponent(() => import('./settings/new-environment-page.tsx'), 'NewEnvironmentPage'),
  }),
  createRoute({
    getParentRoute: () => settingsRoute,
    path: 'backup-environment/import',
    component: lazyRouteComponent(() => import('./settings/import-environment-page.tsx'), 'ImportEnvironmentPage'),
  }),
  createRoute({
    getParentRoute: () => settingsRoute,
    path: 'backup-environment/$environmentId',
    component: lazyRouteComponent(() => import('./settings/environment-settings-page.tsx'), 'EnvironmentSettingsPage'),
  }),
] as const;
