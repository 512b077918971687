import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Page } from './page.tsx';

export function NotFoundPage() {
  return (
    <Page title="There is no such page">
      <Text>
        The address may be of something that was deleted, or mistyped.{' '}
        <Anchor renderRoot={(props) => <Link to="/" {...props} />}>Go to the overview</Anchor>.
      </Text>
    </Page>
  );
}
