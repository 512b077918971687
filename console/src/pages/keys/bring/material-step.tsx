import { Alert, Button, Checkbox, FileInput, Group, Radio, Stack, Text, TextInput } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { CopyText } from '../../../ui/copy-text.tsx';
import { specName } from '../key-words.ts';
import { saveFile } from '../../../ui/save-file.ts';
import { importable, isMadeHere, materialLength } from './importable.ts';
import { makeMaterial, MaterialProblem, readMaterial, wipe, type Material } from './material.ts';
import type { Plan, Source } from './plan.ts';
import { savedName, savedText } from './saved-text.ts';
import { StepButtons } from './step-buttons.tsx';

const KEPT = 'kept';

interface MaterialStepProps {
  readonly plan: Plan;
  /** Of material that is there already, from before one went back. */
  readonly checkValue: string | undefined;
  readonly hasMaterial: boolean;
  /** Of the file that was chosen, from before one went back too. */
  readonly fileName: string | undefined;
  readonly onFile: (name: string | undefined) => void;
  /** Whether it was said that the copy of what was made here is kept. */
  readonly isCopyKept: boolean;
  readonly onCopyKept: (isKept: boolean) => void;
  readonly onChange: (plan: Plan) => void;
  /** The material goes to the page, which keeps it out of everything that is drawn. */
  readonly onMaterial: (material: Material | undefined) => void;
  /** What was made here, to be saved. */
  readonly takeBytes: () => Uint8Array<ArrayBuffer> | undefined;
  readonly onBack: () => void;
  readonly onNext: () => void;
}

/** Where the material comes from. */
export function MaterialStep(props: MaterialStepProps) {
  const { plan, hasMaterial, fileName, isCopyKept, onFile, onChange, onMaterial, onBack, onNext } = props;
  const [problem, setProblem] = useState<string>();
  // What is still being read when another file is chosen, or the step left, is nobody's any more.
  const turn = useRef(0);
  const turnOver = (): number => (turn.current += 1);
  useEffect(
    () => () => {
      turn.current += 1;
    },
    [],
  );
  const canBeMade = isMadeHere(plan.spec);
  const { notHere } = importable(plan.spec);
  const take = (material: Promise<Material>): void => {
    const mine = turnOver();
    setProblem(undefined);
    material.then(
      (read) => (mine === turn.current ? onMaterial(read) : wipe(read)),
      (error: unknown) => {
        if (mine !== turn.current) return;
        onMaterial(undefined);
        setProblem(
          error instanceof MaterialProblem ? error.message : 'The material could not be read in this browser.',
        );
      },
    );
  };
  const isReady = plan.source === 'outside' || (hasMaterial && (plan.source === 'file' || isCopyKept));
  return (
    <Stack maw={860}>
      <Radio.Group
        label={`Where the material of the ${specName(plan.spec)} key comes from`}
        value={plan.source}
        onChange={(source) => {
          turnOver();
          setProblem(undefined);
          onMaterial(undefined);
          onFile(undefined);
          onChange({ ...plan, source: source as Source });
        }}
      >
        <Stack gap="xs" mt="xs">
          <Radio
            value="made"
            label="Make it in this browser"
            description={
              canBeMade
                ? 'By the generator of your system. You save a copy first: Keystead keeps none that could be handed back.'
                : 'A browser cannot make this kind of key, or not wrap it.'
            }
            disabled={!canBeMade}
          />
          <Radio
            value="file"
            label="I have it in a file"
            description={
              notHere === undefined
                ? 'The file is read and wrapped in this browser. It is not sent as it is.'
                : `Not of this kind: ${notHere}. Take the next one.`
            }
            disabled={notHere !== undefined}
          />
          <Radio
            value="outside"
            label="It stays where it is: OpenSSL or my HSM wraps it"
            description="You get the wrapping key and the commands, and bring back the wrapped file. For every kind of key."
          />
        </Stack>
      </Radio.Group>
      {plan.source === 'made' && !hasMaterial && (
        <Group>
          <Button variant="default" onClick={() => take(makeMaterial(plan.spec))}>
            {materialLength(plan.spec) === undefined
              ? 'Make a key pair'
              : `Make ${materialLength(plan.spec)} random bytes`}
          </Button>
        </Group>
      )}
      {plan.source === 'file' && (
        <FileInput
          label="File"
          description={
            materialLength(plan.spec) === undefined
              ? 'The private key as PKCS#8, in PEM or DER, without a passphrase.'
              : `${materialLength(plan.spec)} bytes: as they are, as hexadecimal digits, in base64, or the file that this page saved.`
          }
          placeholder="Choose a file"
          // The name alone: the file itself is read once, and not held.
          value={fileName === undefined ? null : new File([], fileName)}
          onChange={(file) => {
            onFile(file?.name);
            onMaterial(undefined);
            if (file === null) {
              turnOver();
              return setProblem(undefined);
            }
            take(file.arrayBuffer().then((bytes) => readAndWipe(new Uint8Array(bytes), plan.spec)));
          }}
          error={problem}
          clearable
          clearButtonProps={{ 'aria-label': 'Another file' }}
        />
      )}
      {plan.source !== 'file' && problem !== undefined && (
        <Alert color="red" variant="outline" role="alert" title="There is no material">
          {problem}
        </Alert>
      )}
      {plan.source !== 'outside' && hasMaterial && <OwnCheckValue {...props} />}
      {plan.source === 'made' && hasMaterial && <KeepIt {...props} />}
      <StepButtons onBack={onBack} onNext={onNext} isReady={isReady} />
    </Stack>
  );
}

/** What was read is kept once: as the material. */
async function readAndWipe(file: Uint8Array<ArrayBuffer>, spec: string): Promise<Material> {
  try {
    return await readMaterial(file, spec);
  } finally {
    file.fill(0);
  }
}

function OwnCheckValue({ checkValue }: MaterialStepProps) {
  return (
    <Text size="sm" component="div" role="status">
      {checkValue === undefined ? (
        'This browser cannot compute the check value of this kind of key. Compare it with OpenSSL afterwards.'
      ) : (
        <>
          Its check value: <CopyText text={checkValue} label="the check value" />
        </>
      )}
    </Text>
  );
}

/** The copy is saved before anything is sent: without it, material that was deleted or has expired is lost for good. */
function KeepIt({ plan, checkValue, takeBytes, isCopyKept, onCopyKept }: MaterialStepProps) {
  const [isSaved, setIsSaved] = useState(isCopyKept);
  const [typed, setTyped] = useState(isCopyKept ? KEPT : '');
  const save = (): void => {
    const bytes = takeBytes();
    if (bytes === undefined) return;
    saveFile(savedName(plan), savedText(plan, bytes, checkValue));
    setIsSaved(true);
  };
  const say = (text: string): void => {
    setTyped(text);
    onCopyKept(isSaved && text.trim().toLowerCase() === KEPT);
  };
  return (
    <Alert color="yellow" variant="outline" title="Save the only copy first" c="var(--mantine-color-text)">
      <Stack gap="sm">
        <Text size="sm">
          Whoever has this file has the key. Keep it where a fire or a thief does not find both it and your data: a
          safe, a password manager, an HSM. If the material here is ever deleted or expires, this file alone brings the
          key back.
        </Text>
        <Group>
          <Button leftSection={<IconDownload size={16} aria-hidden />} onClick={save} variant="default">
            Save the material
          </Button>
          {isSaved && <Checkbox checked readOnly label="Saved" tabIndex={-1} />}
        </Group>
        <TextInput
          label={`Type ${KEPT} when it is where it belongs`}
          value={typed}
          onChange={(event) => say(event.currentTarget.value)}
          disabled={!isSaved}
          autoComplete="off"
          maw={320}
          {...(isCopyKept && { description: 'Good. The material is sent wrapped in the next step.' })}
        />
      </Stack>
    </Alert>
  );
}
