import { Button, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import type { QueryKey } from '@tanstack/react-query';
import type { Api } from '../api/api.ts';
import { useAct } from '../api/use-act.ts';
import { Confirm } from './confirm.tsx';
import { ContentMenu, RowMenu } from './row-menu.tsx';

/** Something that can be done with a thing. */
export interface ThingAct {
  /** In the menu: "Suspend". A dialog follows where it ends in an ellipsis, or something is to be confirmed. */
  readonly label: string;
  readonly isDangerous?: boolean;
  readonly next:
    | {
        /** A question that names the thing. */
        readonly title: string;
        /** What becomes of what: what stops working first. */
        readonly about: ReactNode;
        readonly verb: string;
        readonly typed?: string;
        readonly command?: readonly string[];
        readonly run: (api: Api) => Promise<unknown>;
        readonly touches: readonly QueryKey[];
        /** What is said when it was done, and of what came of it. */
        readonly done: string | ((answer: unknown) => string);
      }
    | { readonly dialog: (onClose: () => void) => ReactNode };
}

interface ActsMenuProps {
  /** The name of the thing, for those who hear the page. */
  readonly of: string;
  readonly acts: readonly ThingAct[];
  /** On the thing's own page: a button with words. */
  readonly isLong?: boolean;
}

const ACTIONS = (
  <Button variant="default" rightSection={<IconChevronDown size={16} aria-hidden />}>
    Actions
  </Button>
);

/** What can be done with a thing, in the state that it is in. */
export function ActsMenu({ of, acts, isLong = false }: ActsMenuProps) {
  const [chosen, setChosen] = useState<ThingAct>();
  const close = (): void => setChosen(undefined);
  if (acts.length === 0) return null;
  const item = (act: ThingAct) => (
    <Menu.Item key={act.label} onClick={() => setChosen(act)} {...(act.isDangerous === true && { c: 'error' })}>
      {act.label}
    </Menu.Item>
  );
  const harmless = acts.filter(({ isDangerous }) => isDangerous !== true);
  const dangerous = acts.filter(({ isDangerous }) => isDangerous === true);
  const items = {
    width: 230,
    children: (
      <>
        {harmless.map(item)}
        {harmless.length > 0 && dangerous.length > 0 && <Menu.Divider />}
        {dangerous.map(item)}
      </>
    ),
  };
  return (
    <>
      {isLong ? <ContentMenu target={ACTIONS} {...items} /> : <RowMenu of={of} {...items} />}
      {chosen !== undefined &&
        ('dialog' in chosen.next ? (
          chosen.next.dialog(close)
        ) : (
          <ActConfirm act={chosen} next={chosen.next} onClose={close} />
        ))}
    </>
  );
}

type Confirmed = Exclude<ThingAct['next'], { readonly dialog: unknown }>;

function ActConfirm({
  act,
  next,
  onClose,
}: {
  readonly act: ThingAct;
  readonly next: Confirmed;
  readonly onClose: () => void;
}) {
  const { title, about, verb, typed, command, run, touches, done } = next;
  const doIt = useAct({ act: run, touches, done: (answer) => (typeof done === 'string' ? done : done(answer)) });
  return (
    <Confirm
      isOpen
      onClose={onClose}
      title={title}
      verb={verb}
      isDangerous={act.isDangerous === true}
      {...(typed !== undefined && { typed })}
      {...(command !== undefined && { command })}
      onConfirm={() => doIt.mutateAsync()}
    >
      {about}
    </Confirm>
  );
}
