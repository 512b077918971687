import type { XksCredentials, XksEndpoint } from '@keystead/sdk';
import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { SETTINGS_COMMANDS } from '../../../commands/settings-commands.ts';
import { countOf } from '../../../ui/amounts.ts';
import { Command } from '../../../ui/command.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { CopyText } from '../../../ui/copy-text.tsx';
import { Facts } from '../../../ui/facts.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { Section } from '../../../ui/section.tsx';
import { Time } from '../../../ui/time.tsx';
import { Page } from '../../../ui/page.tsx';
import { EndpointSecret } from './endpoint-secret.tsx';
import { ExposedKeys } from './exposed-keys.tsx';

const TOUCHES = [['xks-endpoints']] as const;

/** One endpoint: what AWS is told, and which keys it may use. */
export function EndpointPage() {
  const { endpointId } = useParams({ from: '/shell/settings/key-store/$endpointId' });
  const api = useApi();
  const { data: endpoint } = useSuspenseQuery({
    queryKey: ['xks-endpoints', endpointId],
    queryFn: () => api.getXksEndpoint(endpointId),
  });
  return (
    <Page title={endpoint.name} about={`An external key store for AWS, with keys of ${endpoint.region}.`}>
      <AtAws endpoint={endpoint} />
      <ExposedKeys endpoint={endpoint} />
      <Danger endpoint={endpoint} />
      <Command words={SETTINGS_COMMANDS.showEndpoint(endpoint.name)} />
    </Page>
  );
}

function AtAws({ endpoint }: { readonly endpoint: XksEndpoint }) {
  const [isRotating, rotating] = useDisclosure(false);
  const [made, setMade] = useState<XksCredentials>();
  const rotate = useAct({
    act: (api) => api.rotateXksEndpointCredential(endpoint.endpointId),
    touches: TOUCHES,
  });
  return (
    <Section
      title="At AWS"
      about="KMS, Custom key stores, External key stores, Create external key store. Then connect it, and make KMS keys with the external key IDs below."
      actions={
        <Button variant="default" onClick={rotating.open}>
          New credential
        </Button>
      }
    >
      {endpoint.uriEndpoint === undefined && (
        <Alert color="yellow" title="AWS cannot reach it yet">
          <Text size="sm">
            Whoever runs the server sets KEYSTEAD_XKS_LISTEN and KEYSTEAD_XKS_URL: a listener of its own, with a
            certificate of a public CA, by which AWS comes in.
          </Text>
        </Alert>
      )}
      <Facts
        facts={[
          [
            'Proxy URI endpoint',
            endpoint.uriEndpoint !== undefined && (
              <CopyText key="endpoint" text={endpoint.uriEndpoint} label="the proxy URI endpoint" />
            ),
          ],
          ['Proxy URI path', <CopyText key="path" text={endpoint.uriPath} label="the proxy URI path" />],
          ['Proxy connectivity', 'Public endpoint'],
          [
            'Access key IDs',
            <Stack key="ids" gap={0}>
              {endpoint.accessKeyIds.map((id, place) => (
                <span key={id}>
                  <CopyText text={id} label={`the access key ID ${id}`} />
                  {place > 0 && ' (the one before: works until the next change)'}
                </span>
              ))}
            </Stack>,
          ],
          ['Secret access key', 'Shown once, when it was made. Make a new credential if it was not kept.'],
          ['Made', <Time key="at" at={endpoint.createdAt} />],
        ]}
      />
      <Confirm
        isOpen={isRotating}
        onClose={rotating.close}
        title={`Make a new credential for ${endpoint.name}?`}
        verb="Make a new credential"
        command={SETTINGS_COMMANDS.rotateEndpoint(endpoint.name)}
        onConfirm={async () => setMade(await rotate.mutateAsync())}
      >
        Enter it at AWS afterwards (Edit external key store). The credential of now works until the next change, so
        nothing breaks meanwhile{endpoint.accessKeyIds.length > 1 && '; the one before it ends at once'}.
      </Confirm>
      <EndpointSecret made={made} onClose={() => setMade(undefined)} />
    </Section>
  );
}

function Danger({ endpoint }: { readonly endpoint: XksEndpoint }) {
  const [isOpen, { open, close }] = useDisclosure(false);
  const navigate = useNavigate();
  const remove = useAct({
    act: (api) => api.deleteXksEndpoint(endpoint.endpointId),
    touches: TOUCHES,
    done: ({ name }) => `The endpoint ${name} is gone.`,
  });
  return (
    <Section title="Delete">
      <Group>
        <Button color="red.9" onClick={open}>
          Delete the endpoint
        </Button>
        <TextLink to="/settings/key-store" size="sm">
          All endpoints
        </TextLink>
      </Group>
      <Confirm
        isOpen={isOpen}
        onClose={close}
        title={`Delete the endpoint ${endpoint.name}?`}
        verb={`Delete ${endpoint.name}`}
        isDangerous
        typed={endpoint.name}
        command={SETTINGS_COMMANDS.deleteEndpoint(endpoint.name)}
        onConfirm={async () => {
          await remove.mutateAsync();
          await navigate({ to: '/settings/key-store' });
        }}
      >
        AWS is refused from then on: nothing opens that was encrypted under KMS keys of this key store,{' '}
        {countOf(endpoint.keys.length, 'key')} here among them. The keys themselves stay here untouched. This cannot be
        undone; a new endpoint has another path and credential.
      </Confirm>
    </Section>
  );
}
