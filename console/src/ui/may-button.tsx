import { Button, Tooltip, type ButtonProps } from '@mantine/core';

interface MayButtonProps extends ButtonProps {
  /** Whether one has the permission. */
  readonly may: boolean;
  /** The action that it takes: the tooltip of the grey button says it. */
  readonly needs: string;
  readonly onClick: () => void;
}

/** A button that is grey, and says why, for those who may not do what it does. */
export function MayButton({ may, needs, onClick, ...button }: MayButtonProps) {
  if (may) return <Button onClick={onClick} {...button} />;
  return (
    <Tooltip
      label={`You lack the permission ${needs}. An administrator gives you a role that has it.`}
      multiline
      maw={320}
    >
      <Button {...button} data-disabled aria-disabled onClick={(event) => event.preventDefault()} />
    </Tooltip>
  );
}
