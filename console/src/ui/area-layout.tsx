import { Group, Text } from '@mantine/core';
import { IconChevronLeft, type Icon } from '@tabler/icons-react';
import { Link, Outlet, useRouterState, type LinkProps } from '@tanstack/react-router';
import { Suspense } from 'react';
import { TextLink } from './links.tsx';
import { Loading } from './loading.tsx';
import { Section } from './section.tsx';
import './area-layout.css';

/** A page of an area of the console. */
export interface AreaPage {
  readonly to: NonNullable<LinkProps['to']>;
  readonly name: string;
  /** What is done there, in a sentence. */
  readonly about: string;
  readonly icon?: Icon;
}

/** Pages that belong together. */
export interface AreaGroup {
  readonly name: string;
  readonly pages: readonly AreaPage[];
}

interface AreaLayoutProps {
  /** What the area is called. */
  readonly name: string;
  /** Where its pages are listed. */
  readonly to: '/access' | '/settings';
  readonly groups: readonly AreaGroup[];
}

/** A page of an area beside the navigation of the area. On narrow screens the way back to the list stands above. */
export function AreaLayout({ name, to, groups }: AreaLayoutProps) {
  const isList = useRouterState({ select: ({ location }) => location.pathname.replace(/\/$/, '').endsWith(to) });
  return (
    <div className="ks-area">
      <nav className="ks-area-nav" aria-label={name}>
        {groups.map((group) => (
          <div key={group.name}>
            <Text size="xs" fw={600} c="dimmed" px="sm" pb={4}>
              {group.name}
            </Text>
            <ul aria-label={group.name}>
              {group.pages.map((page) => (
                <li key={page.to}>
                  <Link to={page.to}>{page.name}</Link>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
      <div className="ks-area-page">
        {!isList && (
          <TextLink to={to} size="sm" className="ks-area-back">
            <IconChevronLeft size={16} aria-hidden /> All of {name}
          </TextLink>
        )}
        <Suspense fallback={<Loading />}>
          <Outlet />
        </Suspense>
      </div>
    </div>
  );
}

/** The pages of an area with what each is for: what stands at the address of the area itself. */
export function AreaList({ groups }: Pick<AreaLayoutProps, 'groups'>) {
  return groups.map(({ name, pages }) => (
    <Section key={name} title={name}>
      <ul className="ks-area-list">
        {pages.map(({ to, name: label, about, icon: PageIcon }) => (
          <li key={to}>
            <Link to={to}>
              <Group gap="xs" wrap="nowrap">
                {PageIcon !== undefined && <PageIcon size={18} aria-hidden />}
                <Text fw={600}>{label}</Text>
              </Group>
              <Text size="sm" c="dimmed">
                {about}
              </Text>
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  ));
}
