import { Button, Tooltip, type ButtonProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { useMay } from '../api/may.ts';

interface ActButtonProps extends ButtonProps {
  /** The permission that it takes: who lacks it finds the button greyed out, with the reason. */
  readonly needs: string;
  readonly onClick?: () => void;
  readonly type?: 'button' | 'submit';
  readonly children: ReactNode;
  readonly 'aria-label'?: string;
}

/** A button that does something which not everybody may. */
export function ActButton({ needs, onClick, type = 'button', children, ...rest }: ActButtonProps) {
  const isRefused = useMay(needs) === false;
  const button = (
    <Button
      {...rest}
      {...(isRefused ? { 'data-disabled': true, 'aria-disabled': true } : { type, ...(onClick && { onClick }) })}
    >
      {children}
    </Button>
  );
  if (!isRefused) return button;
  return <Tooltip label={`Your roles do not allow this: it takes ${needs}.`}>{button}</Tooltip>;
}
