import type { AuthenticatorSetup } from '@keystead/sdk';
import { Stack, Text } from '@mantine/core';
import { encode } from 'uqr';
import { CopyText } from '../../../ui/copy-text.tsx';

/** What an authenticator app takes in: a picture for its camera, the same as text for those who type or hear. */
export function AuthenticatorCode({ setup: { secret, uri } }: { readonly setup: AuthenticatorSetup }) {
  return (
    <Stack gap="xs" align="center">
      <Text size="sm">Scan this with an authenticator app, or type the secret into it. It is shown once.</Text>
      <QrCode text={uri} />
      <CopyText text={secret} shown={secret.replace(/(.{4})(?=.)/g, '$1 ')} label="the secret of the app" />
    </Stack>
  );
}

/** Dark on light in either theme: many cameras read nothing else. */
function QrCode({ text }: { readonly text: string }) {
  const { data, size } = encode(text, { ecc: 'M', border: 3 });
  const squares = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return (
    <svg
      viewBox={`0 0 ${size} ${size}`}
      width={208}
      height={208}
      role="img"
      aria-label="QR code of the secret below"
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} rx={1} fill="#ffffff" />
      <path d={squares.join('')} fill="#000000" />
    </svg>
  );
}
