import type { ExposedKey, XksEndpoint } from '@keystead/sdk';
import { Button, List, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useAct } from '../../../api/use-act.ts';
import { SETTINGS_COMMANDS } from '../../../commands/settings-commands.ts';
import { countText } from '../../../ui/amounts.ts';
import { Confirm } from '../../../ui/confirm.tsx';
import { CopyText } from '../../../ui/copy-text.tsx';
import { DataTable, type Column } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { Section } from '../../../ui/section.tsx';
import { shortId } from '../../keys/key-words.ts';
import { ENDPOINTS_KEY } from './endpoints-query.ts';
import { ExposeKey } from './expose-key.tsx';

/** The limits of an exposed key, in words. */
function limitsOf({ operations, perSecond, awsRegions, awsPrincipals, kmsKeyArns }: ExposedKey): string[] {
  return [
    operations?.length === 1 ? `${operations[0] === 'ENCRYPT' ? 'Encrypts' : 'Decrypts'} only` : undefined,
    perSecond && `at most ${countText(perSecond)} a second`,
    awsRegions && `from ${awsRegions.join(', ')}`,
    awsPrincipals && `for ${awsPrincipals.join(', ')}`,
    kmsKeyArns && `as ${kmsKeyArns.join(', ')}`,
  ].filter((text) => text !== undefined && text !== 0);
}

export function ExposedKeys({ endpoint }: { readonly endpoint: XksEndpoint }) {
  const [isExposing, { open, close }] = useDisclosure(false);
  const add = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
      Expose a key
    </Button>
  );
  return (
    <Section title="Keys that AWS may use" {...(endpoint.keys.length > 0 && { actions: add })}>
      <DataTable
        caption="Exposed keys"
        columns={columns(endpoint)}
        rows={endpoint.keys}
        idOf={({ xksKeyId }) => xksKeyId}
        empty={
          <EmptyState title="No key is exposed yet" action={add}>
            Choose which keys AWS may use here, for what, how often, and from which of its Regions.
          </EmptyState>
        }
      />
      {isExposing && <ExposeKey endpoint={endpoint} onClose={close} />}
    </Section>
  );
}

function columns(endpoint: XksEndpoint): readonly Column<ExposedKey>[] {
  return [
    {
      name: 'External key ID',
      cell: ({ xksKeyId }) => <CopyText text={xksKeyId} label={`the external key ID ${xksKeyId}`} />,
    },
    {
      name: 'Key here',
      cell: ({ keyId }) => (
        <TextLink to="/keys/$region/$keyId" params={{ region: endpoint.region, keyId }} size="sm">
          {shortId(keyId)}
        </TextLink>
      ),
    },
    { name: 'Limits', isSpare: true, cell: (key) => <Limits limits={limitsOf(key)} /> },
    { name: 'Actions', cell: (key) => <HideKey endpoint={endpoint} exposed={key} /> },
  ];
}

function Limits({ limits }: { readonly limits: readonly string[] }) {
  if (limits.length === 0)
    return (
      <Text size="sm" c="dimmed">
        None
      </Text>
    );
  return (
    <List size="sm" listStyleType="none">
      {limits.map((limit) => (
        <List.Item key={limit} style={{ overflowWrap: 'anywhere' }}>
          {limit}
        </List.Item>
      ))}
    </List>
  );
}

function HideKey({ endpoint, exposed }: { readonly endpoint: XksEndpoint; readonly exposed: ExposedKey }) {
  const [isOpen, { open, close }] = useDisclosure(false);
  const { xksKeyId } = exposed;
  const hide = useAct({
    act: (api) => api.hideXksKey(endpoint.endpointId, { xksKeyId }),
    touches: [ENDPOINTS_KEY],
    done: () => `AWS cannot use ${xksKeyId} any more.`,
  });
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={open} aria-label={`Hide ${xksKeyId}`}>
        Hide
      </Button>
      <Confirm
        isOpen={isOpen}
        onClose={close}
        title={`Hide ${xksKeyId} from AWS?`}
        verb="Hide the key"
        isDangerous
        command={SETTINGS_COMMANDS.hideKey(endpoint.name, xksKeyId)}
        onConfirm={() => hide.mutateAsync()}
      >
        Whatever is encrypted at AWS under a KMS key with this external key ID cannot be read from the next request on:
        buckets, volumes and databases fail as soon as their services ask again. The key itself stays as it is, and what
        was hidden can be exposed again under the same ID.
      </Confirm>
    </>
  );
}
