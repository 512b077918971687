import { Button, Group, Paper, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../api/api.ts';
import { useLiveEvents } from '../../api/live/use-live-events.ts';
import { ButtonLink } from '../../ui/links.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Page } from '../../ui/page.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { overviewQuery } from '../overview/overview-query.ts';
import { usePutAside } from './put-aside.ts';
import { stepsOf, type Step } from './steps.tsx';

/** The way of a new installation: a key, a place for backups, a backup, and the proof that it comes back. */
export function FirstStepsPage() {
  useLiveEvents();
  const { data, error } = useQuery(overviewQuery(useApi()));
  const [isAside, setAside] = usePutAside();
  const steps = data && stepsOf(data);
  const active = steps?.findIndex(({ isDone }) => !isDone) ?? -1;
  const isOver = steps !== undefined && active < 0;
  return (
    <Page
      title="First steps"
      about={
        isOver
          ? 'All done: there is a backup under a key of yours, and it was seen to come back.'
          : 'From an empty server to a backup that was seen to come back, in four steps. Each can be done later too.'
      }
      actions={
        <Group gap="sm">
          {!isOver && (
            <Button variant="default" onClick={() => setAside(!isAside)}>
              {isAside ? 'Show them on the overview' : 'Put aside'}
            </Button>
          )}
          <ButtonLink to="/" variant={isOver ? 'filled' : 'default'}>
            Go to the overview
          </ButtonLink>
        </Group>
      }
    >
      <ProblemNotice error={error} title="How far it has come cannot be read" />
      {data === undefined && error === null && <Loading />}
      {data !== undefined && steps === undefined && (
        <Text c="dimmed">You may not see keys or environments: these steps are for those who look after them.</Text>
      )}
      <Stack component="ol" gap="sm" p={0} m={0} maw={760} style={{ listStyle: 'none' }}>
        {steps?.map((step, at) => (
          <StepRow key={step.title} step={step} number={at + 1} isNext={at === active} />
        ))}
      </Stack>
    </Page>
  );
}

interface StepRowProps {
  readonly step: Step;
  readonly number: number;
  readonly isNext: boolean;
}

function StepRow({ step: { title, about, isDone, action }, number, isNext }: StepRowProps) {
  return (
    <Paper component="li" withBorder p="lg" {...(isNext && { 'aria-current': 'step' })}>
      <Group align="flex-start" wrap="nowrap" gap="md">
        <ThemeIcon
          radius="xl"
          size={32}
          variant={isDone || isNext ? 'filled' : 'default'}
          color="keystead.8"
          aria-hidden
        >
          {isDone ? <IconCheck size={18} /> : <Text fw={700}>{number}</Text>}
        </ThemeIcon>
        <Stack gap="xs" align="flex-start">
          <Group gap="xs">
            <Title order={2} size="h4">
              {title}
            </Title>
            {isDone && (
              <Text size="sm" c="dimmed">
                done
              </Text>
            )}
          </Group>
          <Text size="sm" c="dimmed">
            {about}
          </Text>
          {isNext && action}
        </Stack>
      </Group>
    </Paper>
  );
}
