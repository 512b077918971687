import type { XksCredentials } from '@keystead/sdk';
import { SecretOnce } from '../../../ui/secret-once.tsx';

interface CredentialShownProps {
  readonly issued: XksCredentials;
  readonly onClose: () => void;
}

/** What is entered at AWS, in the words of its console, and as the file that its console reads. */
export function CredentialShown({ issued, onClose }: CredentialShownProps) {
  const { endpoint, accessKeyId, rawSecretAccessKey } = issued;
  const { name, uriEndpoint, uriPath } = endpoint;
  const configuration = {
    XksProxyUriPath: uriPath,
    XksProxyAuthenticationCredential: { AccessKeyId: accessKeyId, RawSecretAccessKey: rawSecretAccessKey },
  };
  return (
    <SecretOnce
      isOpen
      title={`The credential of ${name}`}
      about="Enter these at AWS, or upload the file there (KMS, External key stores, Create). Whoever has the secret may ask for the keys that the endpoint exposes."
      values={[
        ...(uriEndpoint === undefined ? [] : ([['Proxy URI endpoint', uriEndpoint]] as const)),
        ['Proxy URI path', uriPath],
        ['Access key ID', accessKeyId],
        ['Secret access key', rawSecretAccessKey],
      ]}
      file={{ name: `${name}.json`, text: `${JSON.stringify(configuration, undefined, 2)}\n` }}
      onClose={onClose}
    />
  );
}
