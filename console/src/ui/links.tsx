import { Anchor, Button, type AnchorProps, type ButtonProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { ComponentPropsWithRef } from 'react';

type AnchorElement = Omit<ComponentPropsWithRef<'a'>, keyof AnchorProps | 'href'>;

/** A link within the console that looks as links in text do. */
export const TextLink = createLink((props: AnchorProps & AnchorElement) => <Anchor {...props} />);

/** A link within the console that looks as a button does: it leads somewhere, and does nothing by itself. */
export const ButtonLink = createLink((props: ButtonProps & Omit<AnchorElement, keyof ButtonProps>) => (
  <Button component="a" {...props} />
));
