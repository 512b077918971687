import { Modal, type ModalProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { useIsPageHeld } from '../api/held-page.ts';
import { useFocusBack } from './use-focus-back.ts';

export interface DialogProps extends Pick<
  ModalProps,
  'size' | 'withCloseButton' | 'closeOnEscape' | 'closeOnClickOutside' | 'zIndex'
> {
  /** Whether it is there; a page may as well draw it only then. */
  readonly isOpen?: boolean;
  readonly onClose: () => void;
  readonly title: ReactNode;
  readonly children: ReactNode;
}

/**
 * What is asked or shown in front of a page. While it is open the keyboard stays in it; when it is gone, the keyboard is
 * where it was before.
 */
export function Dialog({ isOpen = true, closeOnEscape = true, children, ...rest }: DialogProps) {
  useFocusBack(isOpen);
  const isHeld = useIsPageHeld();
  return (
    <Modal
      opened={isOpen}
      returnFocus={false}
      closeOnEscape={closeOnEscape && !isHeld}
      closeButtonProps={{ 'aria-label': 'Close' }}
      {...rest}
    >
      {children}
    </Modal>
  );
}
