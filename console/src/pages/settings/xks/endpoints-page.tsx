import type { XksCredentials, XksEndpoint } from '@keystead/sdk';
import { Alert, Button, Text } from '@mantine/core';
import { IconInfoCircle, IconPlus } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { SETTINGS_COMMANDS } from '../../../commands/settings-commands.ts';
import { countOf } from '../../../ui/amounts.ts';
import { Command } from '../../../ui/command.tsx';
import { DataTable, type Column } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { Page } from '../../../ui/page.tsx';
import { Time } from '../../../ui/time.tsx';
import { CreateEndpoint } from './create-endpoint.tsx';
import { CredentialShown } from './credential-shown.tsx';
import { endpointsQuery } from './endpoints-query.ts';

const COLUMNS: readonly Column<XksEndpoint>[] = [
  {
    name: 'Endpoint',
    cell: ({ endpointId, name }) => (
      <TextLink to="/settings/external-key-store/$endpointId" params={{ endpointId }} fw={600} size="sm">
        {name}
      </TextLink>
    ),
  },
  { name: 'Region', cell: ({ region }) => region },
  { name: 'Keys', cell: ({ keys }) => countOf(keys.length, 'key') },
  { name: 'Path', isSpare: true, cell: ({ uriPath }) => <span className="ks-code">{uriPath}</span> },
  { name: 'Made', isSpare: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
];

/** Settings > External key store: where an AWS KMS finds Keystead behind its keys. */
export function EndpointsPage() {
  const { data: endpoints } = useSuspenseQuery(endpointsQuery(useApi()));
  const [isMaking, setIsMaking] = useState(false);
  const [issued, setIssued] = useState<XksCredentials>();
  const add = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setIsMaking(true)}>
      Make an endpoint
    </Button>
  );
  return (
    <Page
      title="External key store"
      about="Keys of Keystead behind KMS keys in your AWS account: AWS asks here for every encryption and decryption, and you can say no at any time."
      actions={add}
    >
      {endpoints[0] !== undefined && endpoints[0].uriEndpoint === undefined && <NotReachable />}
      <DataTable
        caption="Endpoints"
        columns={COLUMNS}
        rows={endpoints}
        idOf={({ endpointId }) => endpointId}
        empty={
          <EmptyState title="AWS uses no key from here" action={add}>
            Services of AWS that take a KMS key, such as S3, EBS or RDS, can use one whose material never leaves this
            server. Make an endpoint, enter it at AWS as an external key store, and choose which keys it exposes.
          </EmptyState>
        }
      />
      <Command words={SETTINGS_COMMANDS.listEndpoints()} />
      {isMaking && <CreateEndpoint onClose={() => setIsMaking(false)} onCreated={setIssued} />}
      {issued !== undefined && <CredentialShown issued={issued} onClose={() => setIssued(undefined)} />}
    </Page>
  );
}

/** Told as long as the operator has not said by which address AWS reaches the proxy. */
export function NotReachable() {
  return (
    <Alert color="yellow" title="AWS cannot reach this server yet" icon={<IconInfoCircle aria-hidden />}>
      <Text size="sm">
        The operator gives the proxy a listener with a certificate of a public CA and says how AWS reaches it:{' '}
        <span className="ks-code">KEYSTEAD_XKS_LISTEN</span> and <span className="ks-code">KEYSTEAD_XKS_URL</span>. Then
        the Proxy URI endpoint is shown here.
      </Text>
    </Alert>
  );
}
