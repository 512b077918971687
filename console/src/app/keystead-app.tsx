import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiContext, type Api } from '../api/api.ts';
import { queryClient } from '../api/queries.ts';
import { styleNonce } from './style-nonce.ts';
import { consoleRouter } from './router.ts';
import { THEME, cssVariables } from '../ui/theme.ts';

/** The console over an API. */
export function KeysteadApp({ api }: { readonly api: Api }) {
  const [queries] = useState(queryClient);
  const [router] = useState(() => consoleRouter(api, queries));
  return (
    <MantineProvider
      theme={THEME}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={styleNonce}
    >
      <ApiContext value={api}>
        <QueryClientProvider client={queries}>
          <Notifications position="bottom-right" />
          <RouterProvider router={router} />
        </QueryClientProvider>
      </ApiContext>
    </MantineProvider>
  );
}
