import type { ConsoleSession, SignInSettings } from '@keystead/sdk';
import { Alert, Button, Group, NumberInput, Stack, Switch, Text } from '@mantine/core';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { ACCESS_MORE_COMMANDS } from '../../../commands/access-more-commands.ts';
import { countOf } from '../../../ui/amounts.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { Command } from '../../../ui/command.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { Page } from '../../../ui/page.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { Section } from '../../../ui/section.tsx';
import { sessionsQuery, signInSettingsQuery } from '../more-queries.ts';

const SESSION = { min: 15, max: 720 };
const IDLE = { min: 5, max: 30 };

/** How people sign in, and how long that counts. */
export function SignInSettingsPage() {
  const { data: saved } = useSuspenseQuery(signInSettingsQuery(useApi()));
  const [edited, setEdited] = useState<Partial<SignInSettings>>({});
  const wanted = { ...saved, ...edited };
  const isChanged = Object.entries(wanted).some(([name, value]) => saved[name as keyof SignInSettings] !== value);
  const isReady = isChanged && wanted.idleMinutes <= wanted.sessionMinutes;
  const save = useAct({
    act: (api) => api.setSignInSettings(wanted),
    touches: [['sign-in-settings']],
    done: () => 'This holds for every sign-in from now on.',
  });
  const { data: sessions } = useQuery(sessionsQuery(useApi()));
  const setMinutes = (name: 'sessionMinutes' | 'idleMinutes') => (value: number | string) =>
    typeof value === 'number' && setEdited({ ...edited, [name]: value });
  return (
    <Page
      title="Sign-in settings"
      about="How the people of this tenant sign in to the console. Programs are not touched by it: they prove themselves by API and access keys."
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate(undefined, { onSuccess: () => setEdited({}) });
        }}
      >
        <Stack gap="xl" maw={640}>
          <Section title="Ways to sign in">
            <Text size="sm">
              A passkey always does: it cannot be fished for, guessed or stolen from a server. Providers of your own are
              under{' '}
              <TextLink to="/access/identity-providers" underline="always">
                Identity providers
              </TextLink>
              .
            </Text>
            <Switch
              label="People may sign in by a password with a code"
              description="The code is of an authenticator app: a password alone never signs anybody in."
              checked={wanted.passwordSignIn}
              onChange={(event) => setEdited({ ...edited, passwordSignIn: event.currentTarget.checked })}
            />
            {saved.passwordSignIn && !wanted.passwordSignIn && (
              <Alert
                color="yellow"
                variant="outline"
                title="Who has only a password is locked out"
                c="var(--mantine-color-text)"
              >
                {byPasswordText(sessions)} Whoever has no passkey and no provider then needs a new sign-in link by an
                administrator. Passwords are kept, and work again once this is switched on again.
              </Alert>
            )}
          </Section>
          <Section
            title="Sessions"
            about="Shorter is safer where screens are left alone; people sign in more often then."
          >
            <NumberInput
              label="A session ends after so many minutes, in any case"
              description={`${SESSION.min} to ${SESSION.max}, which is twelve hours.`}
              {...SESSION}
              clampBehavior="blur"
              allowDecimal={false}
              value={wanted.sessionMinutes}
              onChange={setMinutes('sessionMinutes')}
            />
            <NumberInput
              label="Or after so many minutes in which nobody does anything"
              description={`${IDLE.min} to ${IDLE.max}. Two minutes before, the console asks.`}
              {...IDLE}
              clampBehavior="blur"
              allowDecimal={false}
              value={wanted.idleMinutes}
              onChange={setMinutes('idleMinutes')}
              error={
                wanted.idleMinutes > wanted.sessionMinutes
                  ? 'That is longer than the whole session may last.'
                  : undefined
              }
            />
          </Section>
          <ProblemNotice error={save.error} title="Nothing was changed" />
          <Group>
            <ActButton needs="keystead:SetSignInSettings" type="submit" loading={save.isPending} disabled={!isReady}>
              Save
            </ActButton>
            <Button variant="default" disabled={!isChanged} onClick={() => setEdited({})}>
              Undo the changes
            </Button>
          </Group>
          <Command
            words={ACCESS_MORE_COMMANDS.setSignInSettings(
              wanted.passwordSignIn ? 'no' : 'yes',
              String(wanted.sessionMinutes),
              String(wanted.idleMinutes),
            )}
          />
        </Stack>
      </form>
    </Page>
  );
}

/** How many people are put out by it; whoever may not list sessions is told of the rule alone. */
function byPasswordText(sessions: readonly ConsoleSession[] | undefined): string {
  if (sessions === undefined) return 'Sessions that began by a password end at their next renewal.';
  const count = sessions.filter(({ method }) => method === 'password').length;
  if (count === 0) return 'No session that is open now began by a password.';
  return `${countOf(count, 'session')} that began by a password ${count === 1 ? 'is open: it ends' : 'are open: they end'} at the next renewal.`;
}
