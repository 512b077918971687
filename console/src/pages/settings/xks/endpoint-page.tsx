import type { XksCredentials, XksEndpoint } from '@keystead/sdk';
import { Button, Group, Text } from '@mantine/core';
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
import { Facts } from '../../../ui/facts.tsx';
import { Page } from '../../../ui/page.tsx';
import { Section } from '../../../ui/section.tsx';
import { Time } from '../../../ui/time.tsx';
import { AtAws } from './at-aws.tsx';
import { CredentialShown } from './credential-shown.tsx';
import { ENDPOINTS_KEY, endpointQuery } from './endpoints-query.ts';
import { ExposedKeys } from './exposed-keys.tsx';

/** One endpoint: what to enter at AWS, and which keys it exposes. */
export function EndpointPage() {
  const { endpointId } = useParams({ from: '/shell/settings/external-key-store/$endpointId' });
  const { data: endpoint } = useSuspenseQuery(endpointQuery(useApi(), endpointId));
  const [isDeleting, deleting] = useDisclosure(false);
  const { name, region, accessKeyIds, createdAt } = endpoint;
  return (
    <Page title={name} about={`An endpoint by which AWS uses keys of ${region}.`}>
      <AtAws endpoint={endpoint} />
      <ExposedKeys endpoint={endpoint} />
      <Credential endpoint={endpoint} />
      <Section title="The endpoint">
        <Facts
          facts={[
            ['Made', <Time key="made" at={createdAt} />],
            ['Access keys that work', accessKeyIds.join(', ')],
          ]}
        />
        <Group>
          <Button variant="outline" color="red" onClick={deleting.open}>
            Delete the endpoint
          </Button>
        </Group>
      </Section>
      <Command words={SETTINGS_COMMANDS.showEndpoint(name)} />
      <DeleteEndpoint endpoint={endpoint} isOpen={isDeleting} onClose={deleting.close} />
    </Page>
  );
}

function Credential({ endpoint }: { readonly endpoint: XksEndpoint }) {
  const { endpointId, name, accessKeyIds } = endpoint;
  const [isOpen, { open, close }] = useDisclosure(false);
  const [issued, setIssued] = useState<XksCredentials>();
  const rotate = useAct({
    act: (api) => api.rotateXksEndpointCredential(endpointId),
    touches: [ENDPOINTS_KEY],
    done: () => `${name} has a new credential. Enter it at AWS.`,
  });
  return (
    <Section
      title="Credential"
      about="With it AWS proves to this server who it is. Renew it as often as you like: the one before works until the next renewal, so that AWS can be given the new one first."
      actions={
        <Button variant="default" onClick={open}>
          Renew the credential
        </Button>
      }
    >
      <Confirm
        isOpen={isOpen}
        onClose={close}
        title={`Renew the credential of ${name}?`}
        verb="Renew the credential"
        command={SETTINGS_COMMANDS.rotateEndpoint(name)}
        onConfirm={async () => setIssued(await rotate.mutateAsync())}
      >
        A new access key is made and shown once. {accessKeyIds[0]} works until the next renewal
        {accessKeyIds[1] !== undefined && `; ${accessKeyIds[1]} stops working at once`}. Enter the new one at AWS under
        the external key store, Edit.
      </Confirm>
      {issued !== undefined && <CredentialShown issued={issued} onClose={() => setIssued(undefined)} />}
    </Section>
  );
}

interface DeleteEndpointProps {
  readonly endpoint: XksEndpoint;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

function DeleteEndpoint({ endpoint, isOpen, onClose }: DeleteEndpointProps) {
  const { endpointId, name, keys } = endpoint;
  const navigate = useNavigate();
  const remove = useAct({
    act: async (api) => {
      const gone = await api.deleteXksEndpoint(endpointId);
      await navigate({ to: '/settings/external-key-store' });
      return gone;
    },
    touches: [[...ENDPOINTS_KEY, 'list']],
    done: () => `The endpoint ${name} is gone.`,
  });
  return (
    <Confirm
      isOpen={isOpen}
      onClose={onClose}
      title={`Delete the endpoint ${name}?`}
      verb="Delete the endpoint"
      isDangerous
      typed={name}
      command={SETTINGS_COMMANDS.deleteEndpoint(name)}
      onConfirm={() => remove.mutateAsync()}
    >
      <Text size="sm">
        From the answer on AWS is refused {keys.length === 0 ? 'everything here' : countOf(keys.length, 'key')}, and
        what is encrypted under KMS keys of that external key store cannot be read there. The keys stay here. The
        credentials are gone for good; another endpoint needs the values entered at AWS anew.
      </Text>
    </Confirm>
  );
}
