import { Menu, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useMay } from '../api/may.ts';

interface ActItemProps {
  /** The permission that it takes: who lacks it finds the item greyed out, with the reason. */
  readonly needs: string;
  readonly onClick: () => void;
  readonly isDangerous?: boolean;
  readonly disabled?: boolean;
  readonly leftSection?: ReactNode;
  readonly children: ReactNode;
}

/** An item of a menu that does something which not everybody may. */
export function ActItem({
  needs,
  onClick,
  isDangerous = false,
  disabled = false,
  leftSection,
  children,
}: ActItemProps) {
  const isRefused = useMay(needs) === false;
  const isOff = isRefused || disabled;
  return (
    <Menu.Item
      onClick={onClick}
      disabled={isOff}
      leftSection={leftSection}
      {...(isDangerous && !isOff && { c: 'error' })}
    >
      {children}
      {isRefused && (
        <Text size="xs" c="dimmed">
          needs the permission {needs}
        </Text>
      )}
    </Menu.Item>
  );
}
