import type { IssuedEnrolment } from '@keystead/sdk';
import { Button } from '@mantine/core';
import { IconMail } from '@tabler/icons-react';
import { SecretOnce } from '../../../ui/secret-once.tsx';
import { exactTime, timeWithZone } from '../../../ui/clock.ts';

interface LinkOnceProps {
  readonly name: string;
  readonly enrolment: IssuedEnrolment;
  readonly onClose: () => void;
}

/** A sign-in link, shown once: whoever opens it becomes that person. */
export function LinkOnce({ name, enrolment: { link, expiresAt }, onClose }: LinkOnceProps) {
  const subject = 'Your way in to Keystead';
  // Whoever reads it may be in another zone.
  const body = `Open this link to set up how you sign in as ${name}. It works once, until ${timeWithZone(expiresAt)}.\n\n${link}\n`;
  const to = /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(name) ? encodeURIComponent(name) : '';
  return (
    <SecretOnce
      isOpen
      onClose={onClose}
      title={`The sign-in link of ${name}`}
      about={`Whoever opens it sets up how ${name} signs in, and is ${name} from then on: give it to nobody else. It works once, until ${exactTime(expiresAt)}. A link that is lost is made anew.`}
      values={[['Sign-in link', link]]}
      file={{ name: `sign-in-link-${name.replaceAll(/[^\w.-]/g, '_')}.txt`, text: body }}
      kept="I have passed it on"
    >
      <Button
        component="a"
        variant="default"
        leftSection={<IconMail size={16} aria-hidden />}
        href={`mailto:${to}?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(body)}`}
      >
        Write a mail
      </Button>
    </SecretOnce>
  );
}
