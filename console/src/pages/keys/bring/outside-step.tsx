import { Button, FileInput, Group, Radio, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import type { Key } from '@keystead/sdk';
import type { UseMutationResult } from '@tanstack/react-query';
import { useState } from 'react';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { Time } from '../../../ui/time.tsx';
import { saveFile } from '../../../ui/save-file.ts';
import { OutsideCommands } from './outside-commands-list.tsx';
import { suits } from './bring-acts.ts';
import { wrapperOf, type Plan, type Wrapped, type Wrapper, type Wrapping } from './plan.ts';
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

const WRAPPERS: readonly { readonly wrapper: Wrapper; readonly label: string; readonly description: string }[] = [
  { wrapper: 'openssl', label: 'OpenSSL', description: 'On any machine that you trust with the material.' },
  {
    wrapper: 'hsm',
    label: 'My HSM (PKCS #11)',
    description: 'The key is wrapped inside, and never in the clear outside of it. By RSA-OAEP with SHA-256.',
  },
  {
    wrapper: 'hsm-sha-1',
    label: 'My HSM, which has RSA-OAEP with SHA-1 alone',
    description: 'Some older ones, and SoftHSM. OAEP stays sound with SHA-1; take SHA-256 where it is there.',
  },
];

/** Material that OpenSSL or an HSM wraps: the files and commands to do so, and the wrapped file back. */
export function OutsideStep(props: OutsideStepProps) {
  const { plan, onChange, wrapping, fetch, onBack } = props;
  // One who goes back loses nothing: another way of wrapping may take the same wrapping key.
  const [isChoosing, setIsChoosing] = useState(false);
  const fetched = suits(wrapping, plan) ? wrapping : undefined;
  if (wrapping === undefined || isChoosing) {
    const wrappers = WRAPPERS.filter(({ wrapper }) => plan.way === 'aws' || wrapper !== 'hsm-sha-1');
    return (
      <Stack maw={860}>
        <Text size="sm">
          {plan.way === 'aws'
            ? 'The server makes a wrapping key for this key alone. It lasts a day: enough to carry it to where your material is.'
            : 'The server makes an import token for the region, in place of any that is there. It lasts an hour.'}
        </Text>
        <Radio.Group
          label="Who wraps it"
          {...(plan.way === 'ibm' && {
            description: 'An HSM whose RSA-OAEP has SHA-1 alone cannot do it this way: take the AWS way for that.',
          })}
          value={wrapperOf(plan)}
          onChange={(wrapper) => onChange({ ...plan, wrapper: wrapper as Wrapper })}
        >
          <Stack gap="xs" mt="xs">
            {wrappers.map(({ wrapper, label, description }) => (
              <Radio key={wrapper} value={wrapper} label={label} description={description} />
            ))}
          </Stack>
        </Radio.Group>
        <ProblemNotice error={fetch.error} />
        <StepButtons
          onBack={onBack}
          onNext={() =>
            fetched === undefined
              ? fetch.mutate(undefined, { onSuccess: () => setIsChoosing(false) })
              : setIsChoosing(false)
          }
          next={fetched === undefined ? 'Get the wrapping key' : 'Go on with the same wrapping key'}
          isBusy={fetch.isPending}
        />
      </Stack>
    );
  }
  return <WithWrapping {...props} wrapping={wrapping} onBack={() => setIsChoosing(true)} />;
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
          It expires <Time at={facts.expiresAt} />. The token stays here, in this tab: also if you sign in again
          meanwhile.
        </Text>
      </Group>
      <Title order={2} size="h5">
        2. Wrap the material there
      </Title>
      <OutsideCommands plan={plan} wrapping={wrapping} />
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
      <SendProblem error={send.error} onAnew={() => fetch.mutate()} />
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
