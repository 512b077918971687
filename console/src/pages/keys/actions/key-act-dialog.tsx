import { Checkbox, List, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Confirm } from '../../../ui/confirm.tsx';
import { exactTime } from '../../../ui/clock.ts';
import { WholeNumber } from '../../../ui/whole-number.tsx';
import { keyName } from '../key-words.ts';
import { BreaksFirst } from './breaks-first.tsx';
import { KEY_ACTS, type ActedKey, type KeyAct, type KeyActChoices, type KeyActName } from './key-acts.ts';
import { useKeyAct } from './use-key-act.tsx';

const DAYS = { min: 7, max: 30, default: 30 };
const DAY_MS = 86_400_000;
const FIRST_CHOICES: KeyActChoices = { days: DAYS.default, force: false };

interface KeyActDialogProps {
  readonly listed: ActedKey;
  /** Undefined: the dialog is closed. */
  readonly name: KeyActName | undefined;
  readonly onClose: () => void;
}

/** Asks before something is done with a key, and says first what it breaks. */
export function KeyActDialog({ listed, name, onClose }: KeyActDialogProps) {
  // What was asked last stays while the dialog closes; what was chosen in it is chosen anew the next time.
  const [shown, setShown] = useState<KeyActName>('enable');
  const [choices, setChoices] = useState(FIRST_CHOICES);
  const [isOpen, setIsOpen] = useState(false);
  if (isOpen !== (name !== undefined)) {
    setIsOpen(name !== undefined);
    if (name !== undefined) {
      setShown(name);
      setChoices(FIRST_CHOICES);
    }
  }
  const act = KEY_ACTS[shown];
  const run = useKeyAct(listed);
  const { region, keyId } = listed;
  const called = keyName(listed);
  return (
    <Confirm
      isOpen={name !== undefined}
      onClose={onClose}
      title={act.title(called)}
      verb={act.verb}
      isDangerous={act.isDangerous === true}
      {...(act.isTyped === true && { typed: called })}
      {...(act.command && { command: act.command(region, keyId, choices) })}
      onConfirm={() => run(shown, choices)}
    >
      <Stack gap="md">
        {act.breaks === true && name !== undefined && <BreaksFirst listed={listed} />}
        <List size="sm" spacing={4}>
          {act.meaning(choices).map((sentence) => (
            <List.Item key={sentence}>{sentence}</List.Item>
          ))}
        </List>
        <Choices act={act} choices={choices} onChange={setChoices} />
      </Stack>
    </Confirm>
  );
}

interface ChoicesProps {
  readonly act: KeyAct;
  readonly choices: KeyActChoices;
  readonly onChange: (choices: KeyActChoices) => void;
}

function Choices({ act, choices, onChange }: ChoicesProps) {
  if (act.asks === 'days') {
    return (
      <Stack gap={4}>
        <WholeNumber
          label="Waiting time in days"
          description={`${DAYS.min} to ${DAYS.max}: the longer, the more time to notice what was forgotten.`}
          min={DAYS.min}
          max={DAYS.max}
          value={choices.days}
          onChange={(days) => onChange({ ...choices, days })}
        />
        <Text size="sm">
          Its material would be destroyed on{' '}
          <Text span fw={600}>
            {exactTime(new Date(Date.now() + choices.days * DAY_MS).toISOString())}
          </Text>
          .
        </Text>
      </Stack>
    );
  }
  if (act.asks === 'force') {
    return (
      <Checkbox
        label="Although resources are registered with it: let them go"
        description="A resource whose service holds the key fast prevents the deletion all the same."
        checked={choices.force}
        onChange={(event) => onChange({ ...choices, force: event.currentTarget.checked })}
      />
    );
  }
  return null;
}
