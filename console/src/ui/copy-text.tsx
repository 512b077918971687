import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';

interface CopyTextProps {
  readonly text: string;
  /** What is copied, for those who hear the page: "the id of the key". */
  readonly label: string;
  /** What is shown in its place: the beginning of a long one. */
  readonly shown?: string;
}

/** Text that is often needed elsewhere, with a button that copies it. */
export function CopyText({ text, label, shown = text }: CopyTextProps) {
  return (
    <span>
      <span className="ks-code">{shown}</span>
      <CopyAction text={text} label={label} />
    </span>
  );
}

export function CopyAction({ text, label }: Omit<CopyTextProps, 'shown'>) {
  return (
    <CopyButton value={text} timeout={2000}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : 'Copy'}>
          <ActionIcon
            className="ks-copy"
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={`Copy ${label}`}
            onClick={copy}
          >
            {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}
