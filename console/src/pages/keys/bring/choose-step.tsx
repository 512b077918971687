import { Alert, Group, Radio, SimpleGrid, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Facts } from '../../../ui/facts.tsx';
import { KeyState } from '../key-state.tsx';
import { keyName, specName, usageName } from '../key-words.ts';
import { PurposeChoice } from '../purpose-choice.tsx';
import { broughtOf, PURPOSES } from '../purposes.ts';
import { RegionSelect } from '../region-select.tsx';
import { importable } from './importable.ts';
import { sourceFor, type Plan, type Way } from './plan.ts';
import { StepButtons } from './step-buttons.tsx';

const WAYS: readonly { readonly way: Way; readonly title: string; readonly about: string; readonly who: string }[] = [
  {
    way: 'aws',
    title: 'The AWS way',
    about: 'A key is made first and waits; its wrapping key and token are for it alone, and last a day.',
    who: 'For nearly every kind of key, for material that may expire, and for who knows AWS KMS. If in doubt, this one.',
  },
  {
    way: 'ibm',
    title: 'The IBM way',
    about: 'One import token for a region; the key comes with its material, and a nonce proves that you hold both.',
    who: 'For AES keys, those of 128 and 192 bits too, and for who has procedures that were written for IBM Key Protect.',
  },
];
const ALIAS = /^[a-zA-Z0-9/_-]{0,250}$/;

interface ChooseStepProps {
  readonly plan: Plan;
  readonly onChange: (plan: Plan) => void;
  readonly onNext: () => void;
}

/** What the key is for, where it lives, what it is called, and how the material is to come in. */
export function ChooseStep({ plan, onChange, onNext }: ChooseStepProps) {
  const [isTried, setIsTried] = useState(false);
  const isAliasFit = ALIAS.test(plan.alias);
  const next = (): void => {
    setIsTried(true);
    if (isAliasFit) onNext();
  };
  if (plan.key !== undefined) return <KnownKey plan={plan} onChange={onChange} onNext={onNext} />;
  return (
    <Stack maw={860}>
      <PurposeChoice
        purposes={PURPOSES}
        purpose={plan.purpose}
        spec={plan.spec}
        specsOf={broughtOf}
        onChange={(purpose, spec) =>
          onChange({
            ...plan,
            purpose,
            spec,
            way: importable(spec).ways.find((way) => way === plan.way) ?? importable(spec).ways[0] ?? 'aws',
            source: sourceFor(spec, plan.source),
          })
        }
      />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <RegionSelect
          region={plan.region}
          onChange={(region) => onChange({ ...plan, region })}
          description="The key never leaves it."
        />
        <TextInput
          label="Alias"
          description="What people and programs call it. Can be changed later."
          placeholder="backups"
          value={plan.alias}
          onChange={(event) => onChange({ ...plan, alias: event.currentTarget.value.replace(/^alias\//, '') })}
          error={isTried && !isAliasFit ? 'Letters, digits, / _ and - only' : undefined}
        />
      </SimpleGrid>
      <Textarea
        label="Description"
        placeholder="Where the copy of the material is kept, and who may open that"
        value={plan.description}
        onChange={(event) => onChange({ ...plan, description: event.currentTarget.value })}
        autosize
      />
      <WayChoice plan={plan} onChange={onChange} />
      <StepButtons onNext={next} />
    </Stack>
  );
}

function WayChoice({ plan, onChange }: Omit<ChooseStepProps, 'onNext'>) {
  const ways = WAYS.filter(({ way }) => importable(plan.spec).ways.includes(way));
  return (
    <Radio.Group
      label="How the material comes in"
      description="Both wrap it under an RSA key of 4096 bits before it leaves this machine. The result is the same."
      value={plan.way}
      onChange={(way) => onChange({ ...plan, way: way as Way })}
    >
      <SimpleGrid cols={{ base: 1, sm: 2 }} mt="xs">
        {ways.map(({ way, title, about, who }) => (
          <Radio.Card key={way} value={way} p="sm" aria-label={`${title}. ${about} ${who}`}>
            <Group wrap="nowrap" align="flex-start" gap="sm">
              <Radio.Indicator mt={2} />
              <div>
                <Text fw={600} size="sm">
                  {title}
                </Text>
                <Text size="xs">{about}</Text>
                <Text size="xs" c="dimmed">
                  {who}
                </Text>
              </div>
            </Group>
          </Radio.Card>
        ))}
      </SimpleGrid>
    </Radio.Group>
  );
}

/** Material for a key that there is. */
function KnownKey({ plan, onChange, onNext }: ChooseStepProps) {
  const { key } = plan;
  if (key === undefined) return null;
  const hadMaterial = key.versions.length > 0;
  const rotates = key.spec === 'aes-256';
  return (
    <Stack maw={860}>
      <Facts
        facts={[
          ['Key', keyName(key)],
          ['Region', key.region],
          ['State', <KeyState key="state" state={key.state} />],
          ['Kind', `${specName(key.spec)}, ${usageName(key.usage).toLowerCase()}`],
        ]}
      />
      {key.origin !== 'imported' && (
        <Alert color="yellow" variant="outline" title="This key makes its own material" c="var(--mantine-color-text)">
          Material is brought only to keys that were made for it. Bring a new key instead.
        </Alert>
      )}
      {hadMaterial && rotates && (
        <Radio.Group
          label="Which material"
          value={plan.kind ?? 'new'}
          onChange={(kind) => onChange({ ...plan, kind: kind as 'new' | 'existing' })}
        >
          <Stack gap="xs" mt="xs">
            <Radio
              value="new"
              label="Other material, to rotate to"
              description="It waits beside what the key has, until somebody rotates the key. What was encrypted before still opens."
            />
            <Radio
              value="existing"
              label="The same that it had before"
              description="Brings a key back whose material was deleted or has expired."
            />
          </Stack>
        </Radio.Group>
      )}
      {hadMaterial && !rotates && (
        <Text size="sm">
          The same material that it had before brings the key back. Keys of this kind take no other.
        </Text>
      )}
      <StepButtons onNext={onNext} isReady={key.origin === 'imported'} />
    </Stack>
  );
}
