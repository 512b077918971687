import { Stack } from '@mantine/core';
import { Page } from '../../ui/page.tsx';
import { AuthorizationsSection } from './services/authorizations-section.tsx';
import { ServicesSection } from './services/services-section.tsx';

/** Services that register with keys what they protect by them, and what they may do. */
export function ServicesPage() {
  return (
    <Page
      title="Services and authorizations"
      about="A service, such as a database or a store, registers with a key what it protects by it. You see then what a key protects before you switch it off."
    >
      <Stack gap="xl">
        <AuthorizationsSection />
        <ServicesSection />
      </Stack>
    </Page>
  );
}
