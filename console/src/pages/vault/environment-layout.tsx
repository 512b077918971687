import { Button, Menu, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconDatabaseExport, IconFolder, IconSettings } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet } from '@tanstack/react-router';
import { Suspense } from 'react';
import { useApi } from '../../api/api.ts';
import { EnvironmentContext } from '../../api/may.ts';
import { ActItem } from '../../ui/act-item.tsx';
import { ButtonLink } from '../../ui/links.tsx';
import { Loading } from '../../ui/loading.tsx';
import { ContentMenu } from '../../ui/row-menu.tsx';
import { Page } from '../../ui/page.tsx';
import { SectionLinks } from '../../ui/section-links.tsx';
import { sourcesQuery } from './api/vault-queries.ts';
import { useVaultEvents } from './api/use-vault-events.ts';
import { useEnvironment } from './api/use-environment.ts';
import { DarkNotice } from './keys/dark-notice.tsx';
import { FolderOnce } from './runs/folder-once.tsx';
import { useStartRun } from './runs/use-start-run.ts';
import { placeText, storageTypeName } from './words/storage-words.ts';

const SECTIONS = [
  { to: '/environments/$environmentId', name: 'Overview' },
  { to: '/environments/$environmentId/sources', name: 'Sources' },
  { to: '/environments/$environmentId/schedules', name: 'Schedules' },
  { to: '/environments/$environmentId/snapshots', name: 'Snapshots' },
  { to: '/environments/$environmentId/runs', name: 'Runs' },
  { to: '/environments/$environmentId/recovery', name: 'Recovery' },
  { to: '/environments/$environmentId/retention', name: 'Retention' },
  { to: '/environments/$environmentId/holds', name: 'Holds' },
  { to: '/environments/$environmentId/agents', name: 'Agents' },
  { to: '/environments/$environmentId/alerts', name: 'Alerts' },
] as const;

/** What is around every page of one environment. */
export function EnvironmentLayout() {
  useVaultEvents();
  const { environmentId, label, storage } = useEnvironment();
  return (
    <EnvironmentContext value={environmentId}>
      <Page
        isFrame
        title={label}
        about={`${storageTypeName(storage.type)}, ${placeText(storage)}, ${storage.region}`}
        actions={
          <>
            <ButtonLink
              to="/settings/backup-environment/$environmentId"
              params={{ environmentId }}
              variant="default"
              leftSection={<IconSettings size={16} aria-hidden />}
            >
              Settings
            </ButtonLink>
            <BackUpNow environmentId={environmentId} />
          </>
        }
      >
        <SectionLinks label={`Sections of ${label}`}>
          {SECTIONS.map(({ to, name }) => (
            <Link key={to} to={to} params={{ environmentId }} activeOptions={{ exact: name === 'Overview' }}>
              {name}
            </Link>
          ))}
        </SectionLinks>
        <DarkNotice />
        <Suspense fallback={<Loading />}>
          <Stack gap="xl">
            <Outlet />
          </Stack>
        </Suspense>
      </Page>
    </EnvironmentContext>
  );
}

function BackUpNow({ environmentId }: { readonly environmentId: string }) {
  const { data: sources = [] } = useQuery(sourcesQuery(useApi(), environmentId));
  const [isAsking, { open, close }] = useDisclosure(false);
  const start = useStartRun(environmentId, (api, sourceId: string) => api.startBackup(environmentId, { sourceId }));
  const button = (
    <Button
      loading={start.isPending}
      leftSection={<IconDatabaseExport size={16} aria-hidden />}
      rightSection={<IconChevronDown size={14} aria-hidden />}
    >
      Back up now
    </Button>
  );
  return (
    <>
      <ContentMenu width={260} target={button}>
        {sources.length > 0 && <Menu.Label>A source</Menu.Label>}
        {sources.map(({ sourceId, name }) => (
          <ActItem key={sourceId} needs="keystead:StartBackup" onClick={() => start.mutate(sourceId)}>
            {name}
          </ActItem>
        ))}
        {sources.length === 0 && (
          <Menu.Label>
            <Text size="xs">A source that is backed up again and again comes best from the section Sources.</Text>
          </Menu.Label>
        )}
        <Menu.Divider />
        <ActItem needs="keystead:StartBackup" leftSection={<IconFolder size={16} aria-hidden />} onClick={open}>
          A folder, this once…
        </ActItem>
      </ContentMenu>
      <FolderOnce environmentId={environmentId} isOpen={isAsking} onClose={close} />
    </>
  );
}
