import type { XksCredentials } from '@keystead/sdk';
import { SecretOnce } from '../../../ui/secret-once.tsx';

/** The file that the AWS console can read (AWS KMS developer guide, "Create an external key store"). */
function configurationOf({ endpoint, accessKeyId, rawSecretAccessKey }: XksCredentials): string {
  const file = {
    XksProxyUriPath: endpoint.uriPath,
    XksProxyAuthenticationCredential: { AccessKeyId: accessKeyId, RawSecretAccessKey: rawSecretAccessKey },
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

interface EndpointSecretProps {
  readonly made: XksCredentials | undefined;
  readonly onClose: () => void;
}

/** Exactly what to enter at AWS, by AWS's names. */
export function EndpointSecret({ made, onClose }: EndpointSecretProps) {
  if (made === undefined) return null;
  const { endpoint, accessKeyId, rawSecretAccessKey } = made;
  return (
    <SecretOnce
      isOpen
      onClose={onClose}
      title={`What to enter at AWS for ${endpoint.name}`}
      about="In the AWS console: KMS, Custom key stores, External key stores, Create external key store. The file below can be uploaded there. The secret access key is not shown again."
      values={[
        ...(endpoint.uriEndpoint === undefined ? [] : [['Proxy URI endpoint', endpoint.uriEndpoint] as const]),
        ['Proxy URI path', endpoint.uriPath],
        ['Proxy credential: access key ID', accessKeyId],
        ['Proxy credential: secret access key', rawSecretAccessKey],
      ]}
      file={{ name: `${endpoint.name}-xks.json`, text: configurationOf(made) }}
    />
  );
}
