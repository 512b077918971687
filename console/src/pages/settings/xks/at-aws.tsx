import type { XksEndpoint } from '@keystead/sdk';
import { List, Text } from '@mantine/core';
import { CopyText } from '../../../ui/copy-text.tsx';
import { Facts } from '../../../ui/facts.tsx';
import { Section } from '../../../ui/section.tsx';
import { NotReachable } from './endpoints-page.tsx';

/** What to do at AWS, with what to enter there in the words of its console. */
export function AtAws({ endpoint }: { readonly endpoint: XksEndpoint }) {
  const { uriEndpoint, uriPath, accessKeyIds, keys } = endpoint;
  return (
    <Section title="Enter this at AWS" about="AWS console, Key Management Service, External key stores.">
      {uriEndpoint === undefined && <NotReachable />}
      <Facts
        facts={[
          ['Proxy connectivity', 'Public endpoint'],
          ['Proxy URI endpoint', uriEndpoint && <CopyText text={uriEndpoint} label="the proxy URI endpoint" />],
          ['Proxy URI path', <CopyText key="path" text={uriPath} label="the proxy URI path" />],
          ['Access key ID', accessKeyIds[0] && <CopyText text={accessKeyIds[0]} label="the access key ID" />],
          ['Secret access key', 'Was shown once. Where it is lost, renew the credential'],
        ]}
      />
      <List type="ordered" size="sm" spacing={4}>
        <List.Item>Create an external key store with these values, and connect it.</List.Item>
        <List.Item>
          Create a KMS key in it for each key exposed here. Its external key ID is{' '}
          {keys.length === 0
            ? 'that of the key below'
            : keys.slice(0, 3).map(({ xksKeyId }, at) => (
                <span key={xksKeyId}>
                  {at > 0 && ', '}
                  <CopyText text={xksKeyId} label={`the external key ID ${xksKeyId}`} />
                </span>
              ))}
          .
        </List.Item>
        <List.Item>Use that KMS key in S3, EBS, RDS and the others: each use is in the audit log here.</List.Item>
      </List>
      <Text size="xs" c="dimmed">
        AWS gives an answer a quarter of a second. Data keys that services of AWS hold in memory work until they let go
        of them, also after you said no.
      </Text>
    </Section>
  );
}
