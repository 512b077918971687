import { Button, Code, Group, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { CopyAction } from '../../../ui/copy-text.tsx';
import { saveFile } from '../../../ui/save-file.ts';
import {
  checkValueCommands,
  hsmMakingCommands,
  hsmWrappingCommands,
  IBM_ALGORITHM,
  ibmCommands,
  makingCommands,
  wrappingCommands,
  WRAP_IN_HSM,
} from './outside-commands.ts';
import { specName } from '../key-words.ts';
import { wrapperOf, type Plan, type Wrapping } from './plan.ts';
import wrapInHsm from './wrap-in-hsm.py?raw';

const WRAP_TITLES = {
  aws: 'Wrap it in the HSM: the PIN is asked for, and the check value printed where the HSM computes it',
  ibm: 'Wrap it in the HSM: the PIN is asked for, and proof.txt has the nonce as the key encrypted it',
} as const;

interface WithPlan {
  readonly plan: Plan;
  readonly wrapping: Wrapping;
}

/** What to run where the material is. */
export function OutsideCommands({ plan, wrapping }: WithPlan) {
  return wrapperOf(plan) === 'openssl' ? (
    <OpensslCommands plan={plan} wrapping={wrapping} />
  ) : (
    <HsmCommands plan={plan} wrapping={wrapping} />
  );
}

function OpensslCommands({ plan: { spec }, wrapping }: WithPlan) {
  const wrap =
    wrapping.way === 'aws'
      ? wrappingCommands(wrapping.parameters.wrappingAlgorithm)
      : ibmCommands(wrapping.token.nonce);
  const make = makingCommands(spec);
  return (
    <Stack gap="sm">
      {make.length === 0 && (
        <Text size="sm">
          The private key is needed as PKCS #8 in DER, without a passphrase, in a file material.bin: the OpenSSL of most
          systems does not make this kind yet (3.5 is the first). This page compares nothing of it; keystead key
          check-value does, in the end.
        </Text>
      )}
      <Commands title="If there is no material yet, make it, and keep material.bin safe" lines={make} />
      <Commands title="Note its check value" lines={checkValueCommands(spec)} />
      <Commands title="Wrap it" lines={wrap} />
    </Stack>
  );
}

function HsmCommands({ plan: { spec }, wrapping }: WithPlan) {
  const [module, setModule] = useState('');
  const [keyId, setKeyId] = useState('01');
  const hsm = { module: module === '' ? 'MODULE' : module, keyId };
  const isIbm = wrapping.way === 'ibm';
  const make = hsmMakingCommands(spec, hsm, wrapping.way);
  const wrap = isIbm
    ? hsmWrappingCommands(IBM_ALGORITHM, hsm, wrapping.token.nonce)
    : hsmWrappingCommands(wrapping.parameters.wrappingAlgorithm, hsm);
  return (
    <Stack gap="sm">
      <Text size="sm">
        The HSM must let the key out wrapped (CKA_EXTRACTABLE): one that was made so that it never leaves stays there.{' '}
        {isIbm
          ? 'It wraps the key by CKM_RSA_PKCS_OAEP, and encrypts the nonce with it by CKM_AES_GCM: an AES key that may encrypt, no generic secret.'
          : 'It wraps a secret by CKM_RSA_PKCS_OAEP, a private key by an AES key that it makes for that, with CKM_AES_KEY_WRAP_KWP.'}
      </Text>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput
          label="Library of the HSM"
          description="Its PKCS #11 module, as the commands are to name it"
          placeholder="MODULE"
          value={module}
          onChange={(event) => setModule(event.currentTarget.value)}
          autoComplete="off"
        />
        <TextInput
          label="Id of the key"
          description="CKA_ID, in hexadecimal digits"
          value={keyId}
          onChange={(event) => setKeyId(event.currentTarget.value.trim())}
          error={/^([0-9a-fA-F]{2})+$/.test(keyId) ? undefined : 'Two hexadecimal digits for each byte'}
          autoComplete="off"
        />
      </SimpleGrid>
      <Commands title="If there is no key yet, make it in the HSM" lines={make} />
      {make.length === 0 && (
        <Text size="sm" data-no-making>
          pkcs11-tool makes no {specName(spec)} keys: make it by the tools of your HSM, if it has this kind at all, and
          extractable. PKCS #11 knows ML-DSA and ML-KEM since version 3.2, which few HSMs speak yet; SM2 is in none of
          its versions. What the HSM wraps the script takes out like any private key. It tells no check value of this
          kind: note the SHA-256 of the public key (SubjectPublicKeyInfo) from the HSM&apos;s own tools, and compare
          that.
        </Text>
      )}
      <Group>
        <Button
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          onClick={() => saveFile(WRAP_IN_HSM, wrapInHsm, 'text/x-python')}
        >
          {WRAP_IN_HSM}
        </Button>
        <Text size="sm" c="dimmed">
          Read it: one file of Python without other packages, which asks nobody on a network.
        </Text>
      </Group>
      <Commands title={WRAP_TITLES[wrapping.way]} lines={wrap} />
    </Stack>
  );
}

function Commands({ title, lines }: { readonly title: string; readonly lines: readonly string[] }) {
  if (lines.length === 0) return null;
  const text = lines.join('\n');
  return (
    <div>
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" fw={600}>
          {title}
        </Text>
        <CopyAction text={text} label={`the commands: ${title}`} />
      </Group>
      <Code block className="ks-wrapped-code" tabIndex={0} data-commands={title}>
        {text}
      </Code>
    </div>
  );
}
