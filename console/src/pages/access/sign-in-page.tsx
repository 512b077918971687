import { Title } from '@mantine/core';

export function SignInPage() {
  return (
    <main>
      <Title order={1}>Sign in</Title>
    </main>
  );
}
