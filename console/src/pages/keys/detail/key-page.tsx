import { Group, Tabs } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { Key } from '@keystead/sdk';
import { Suspense, type ComponentType } from 'react';
import { useApi } from '../../../api/api.ts';
import { ButtonLink } from '../../../ui/links.tsx';
import { Loading } from '../../../ui/loading.tsx';
import { Page } from '../../../ui/page.tsx';
import { useShown } from '../../../ui/use-shown.ts';
import { KeyActions } from '../actions/key-actions.tsx';
import { keyQuery } from '../key-query.ts';
import { KEY_TABS, type KeyTab } from '../key-search.ts';
import { KeyState } from '../key-state.tsx';
import { keyName, STATES } from '../key-words.ts';
import { DependantsTab } from './dependants-tab.tsx';
import { GrantsTab } from './grants-tab.tsx';
import { MaterialTab } from './material-tab.tsx';
import { OverviewTab } from './overview-tab.tsx';
import { PolicyTab } from './policy-tab.tsx';
import { RegionsTab } from './regions-tab.tsx';
import { UsesTab } from './uses-tab.tsx';
import { WhoCanTab } from './who-can-tab.tsx';

const route = getRouteApi('/shell/keys/$region/$keyId');

/** What each part of the page is given. */
export interface KeyTabProps {
  readonly shown: Key;
}

const PANELS: Readonly<Record<KeyTab, ComponentType<KeyTabProps>>> = {
  overview: OverviewTab,
  material: MaterialTab,
  policy: PolicyTab,
  access: WhoCanTab,
  grants: GrantsTab,
  dependants: DependantsTab,
  uses: UsesTab,
  regions: RegionsTab,
};
const TABS = Object.entries(KEY_TABS) as readonly (readonly [KeyTab, string])[];

/** One key. */
export function KeyPage() {
  const { region, keyId } = route.useParams();
  const { tab: asked } = route.useSearch();
  const tab: KeyTab = asked ?? 'overview';
  const navigate = useNavigate();
  const { data: shown } = useSuspenseQuery(keyQuery(useApi(), region, keyId));
  const Panel = PANELS[tab];
  const tabs = useShown<HTMLDivElement>('[aria-selected=true]', tab);
  const isWaiting = shown.origin === 'imported' && shown.state === 'pending-import';
  const waits = isWaiting && (
    <ButtonLink to="/keys/bring" search={{ region, key: shown.keyId }}>
      Bring its material
    </ButtonLink>
  );
  return (
    <Page
      title={keyName(shown)}
      about={shown.state === 'enabled' ? shown.description : `${STATES[shown.state].meaning} ${shown.description}`}
      actions={
        <Group gap="sm">
          <KeyState state={shown.state} />
          {waits}
          <KeyActions listed={{ ...shown, registrations: 0 }} />
        </Group>
      }
    >
      <Tabs
        value={tab}
        onChange={(next) =>
          void navigate({
            to: '/keys/$region/$keyId',
            params: { region, keyId },
            search: next === null || next === 'overview' ? {} : { tab: next as KeyTab },
            replace: true,
          })
        }
        keepMounted={false}
      >
        <Tabs.List ref={tabs} className="ks-tabs" mb="lg" aria-label="About the key">
          {TABS.map(([name, label]) => (
            <Tabs.Tab key={name} value={name}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {TABS.map(([name]) => (
          <Tabs.Panel key={name} value={name}>
            <Suspense fallback={<Loading />}>
              <Panel shown={shown} />
            </Suspense>
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  );
}
