import { Button, Container } from '@mantine/core';
import { useRouter, type ErrorComponentProps } from '@tanstack/react-router';
import { Page } from './page.tsx';
import { ProblemNotice } from './problem-notice.tsx';

/** In place of a page that could not be shown. */
export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const again = (): void => {
    reset();
    void router.invalidate();
  };
  return (
    <Container size="md" p="md">
      <Page title="This page cannot be shown" actions={<Button onClick={again}>Try again</Button>}>
        <ProblemNotice error={error} title="What went wrong" />
      </Page>
    </Container>
  );
}
