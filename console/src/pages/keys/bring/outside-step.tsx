import { Button, Code, FileInput, Group, Stack, Tabs, Text, TextInput, Title } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import type { Key } from '@keystead/sdk';
import type { UseMutationResult } from '@tanstack/react-query';
import { useState } from 'react';
import { CopyAction } from '../../../ui/copy-text.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { Time } from '../../../ui/time.tsx';
import { saveFile } from '../save-file.ts';
import { checkValueCommands, hsmCommands, ibmCommands, makingCommands, wrappingCommands } from './outside-commands.ts';
import type { Plan, Wrapped, Wrapping } from './plan.ts';
import { ExpiryField, SendProblem } from './send-step.tsx';
import { StepButtons } from './step-buttons.tsx';

interface OutsideStepProps {
  readonly plan: Plan;
  readonly onChange: (plan: Plan) => void;
  readonly wrapping: Wrapping | undefined;
  readonly fetch: UseMutationResult<Wrapping, Error, void>;
  readonly send: UseMutationResult<Key, Error, Wrapped>;
  readonly onBack: () => void;
}

/** Material that OpenSSL or an HSM wraps: the files and commands to do so, and the wrapped file back. */
export function OutsideStep(props: OutsideStepProps) {
  const { plan, wrapping, fetch, onBack } = props;
  if (wrapping === undefined) {
    return (
      <Stack maw={860}>
        <Text size="sm">
          {plan.way === 'aws'
            ? 'The server makes a wrapping key for this key alone. It lasts a day: enough to carry it to where your material is.'
            : 'The server makes an import token for the region, in place of any that is there. It lasts an hour.'}
        </Text>
        <ProblemNotice error={fetch.error} />
        <StepButtons
          onBack={onBack}
          onNext={() => fetch.mutate()}
          next="Get the wrapping key"
          isBusy={fetch.isPending}
        />
      </Stack>
    );
  }
  return <WithWrapping {...props} wrapping={wrapping} />;
}

function WithWrapping({
  plan,
  onChange,
  wrapping,
  fetch,
  send,
  onBack,
}: OutsideStepProps & { readonly wrapping: Wrapping }) {
  const [file, setFile] = useState<File | null>(null);
  const [proof, setProof] = useState({ encryptedNonce: '', iv: '' });
  const facts = wrapping.way === 'aws' ? wrapping.parameters : wrapping.token;
  const isReady = file !== null && (wrapping.way === 'aws' || (proof.encryptedNonce !== '' && proof.iv !== ''));
  const give = async (): Promise<void> => {
    if (file === null) return;
    const material = new Uint8Array(await file.arrayBuffer()).toBase64();
    send.mutate({ material, ...(wrapping.way === 'ibm' && proof) });
  };
  return (
    <Stack maw={860}>
      <Title order={2} size="h5">
        1. Carry this to where the material is
      </Title>
      <Group>
        <Button
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          onClick={() => saveFile('wrapping-key.der', Uint8Array.fromBase64(facts.publicKey))}
        >
          wrapping-key.der
        </Button>
        <Text size="sm" c="dimmed">
          It expires <Time at={facts.expiresAt} />. The token stays here, with this page.
        </Text>
      </Group>
      <Title order={2} size="h5">
        2. Wrap the material there
      </Title>
      <Ways plan={plan} wrapping={wrapping} />
      <Title order={2} size="h5">
        3. Bring back what was wrapped
      </Title>
      <FileInput label="wrapped.bin" placeholder="Choose the wrapped file" value={file} onChange={setFile} maw={420} />
      {wrapping.way === 'ibm' && (
        <Group grow align="flex-start">
          <TextInput
            label="nonce"
            description="from proof.txt"
            value={proof.encryptedNonce}
            onChange={(event) => setProof({ ...proof, encryptedNonce: event.currentTarget.value.trim() })}
          />
          <TextInput
            label="iv"
            description="from proof.txt"
            value={proof.iv}
            onChange={(event) => setProof({ ...proof, iv: event.currentTarget.value.trim() })}
          />
        </Group>
      )}
      {wrapping.way === 'aws' && <ExpiryField plan={plan} onChange={onChange} />}
      <SendProblem error={send.error} onBack={onBack} onAnew={() => fetch.mutate()} />
      <StepButtons
        onBack={onBack}
        onNext={() => void give()}
        next="Send the wrapped file"
        isReady={isReady}
        isBusy={send.isPending}
      />
    </Stack>
  );
}

function Ways({ plan, wrapping }: { readonly plan: Plan; readonly wrapping: Wrapping }) {
  const openssl =
    wrapping.way === 'aws' ? wrappingCommands(wrapping.takesAnyLength) : ibmCommands(wrapping.token.nonce);
  return (
    <Tabs defaultValue="openssl" keepMounted={false}>
      <Tabs.List>
        <Tabs.Tab value="openssl">OpenSSL</Tabs.Tab>
        {wrapping.way === 'aws' && <Tabs.Tab value="hsm">HSM (PKCS #11)</Tabs.Tab>}
      </Tabs.List>
      <Tabs.Panel value="openssl" pt="sm">
        <Stack gap="sm">
          <Commands
            title="If there is no material yet, make it, and keep material.bin safe"
            lines={makingCommands(plan.spec)}
          />
          <Commands title="Note its check value" lines={checkValueCommands(plan.spec)} />
          <Commands title="Wrap it" lines={openssl} />
        </Stack>
      </Tabs.Panel>
      {wrapping.way === 'aws' && (
        <Tabs.Panel value="hsm" pt="sm">
          <Stack gap="sm">
            <Text size="sm">
              MODULE is the library of your HSM, KEY the id of the key in it; the HSM must allow that key to be wrapped
              out (CKA_EXTRACTABLE), under the mechanism{' '}
              {wrapping.takesAnyLength ? 'CKM_RSA_AES_KEY_WRAP' : 'CKM_RSA_PKCS_OAEP'} with SHA-256.
            </Text>
            <Commands title="Wrap it in the HSM" lines={hsmCommands(wrapping.takesAnyLength)} />
          </Stack>
        </Tabs.Panel>
      )}
    </Tabs>
  );
}

function Commands({ title, lines }: { readonly title: string; readonly lines: readonly string[] }) {
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
