import { ActionIcon, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import type { ReactNode } from 'react';

interface ContentMenuProps {
  /** What opens it: a button of Mantine. */
  readonly target: ReactNode;
  /** Pixels; as wide as its items ask for where it is absent. */
  readonly width?: number;
  readonly children: ReactNode;
}

/** A menu that is drawn in the content of the page, so that whoever hears the page finds it there. */
export function ContentMenu({ target, width, children }: ContentMenuProps) {
  return (
    <Menu
      position="bottom-end"
      {...(width !== undefined && { width })}
      withInitialFocusPlaceholder={false}
      portalProps={{ target: '#content' }}
    >
      <Menu.Target>{target}</Menu.Target>
      <Menu.Dropdown>{children}</Menu.Dropdown>
    </Menu>
  );
}

interface RowMenuProps extends Omit<ContentMenuProps, 'target'> {
  /** The name of the thing, for those who hear the page. */
  readonly of: string;
}

/** What can be done with the thing in a row, behind three dots. */
export function RowMenu({ of, ...menu }: RowMenuProps) {
  const dots = (
    <ActionIcon className="ks-row-menu" variant="subtle" color="gray" aria-label={`Actions for ${of}`}>
      <IconDots size={16} aria-hidden />
    </ActionIcon>
  );
  return <ContentMenu target={dots} {...menu} />;
}
