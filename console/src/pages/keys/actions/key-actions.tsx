import { ActionIcon, Button, Menu, Text } from '@mantine/core';
import { IconChevronDown, IconDots } from '@tabler/icons-react';
import { useState } from 'react';
import { useMayEach } from '../../../api/may.ts';
import { keyName } from '../key-words.ts';
import { KEY_ACTS, KEY_ACT_NAMES, type ActedKey, type KeyActName } from './key-acts.ts';
import { KeyActDialog } from './key-act-dialog.tsx';

interface KeyActionsProps {
  readonly listed: ActedKey;
  /** In a row of a table: a button without words. */
  readonly isShort?: boolean;
}

/** What can be done with the life of a key, in the state that it is in. */
export function KeyActions({ listed, isShort = false }: KeyActionsProps) {
  const [chosen, setChosen] = useState<KeyActName>();
  const [isOpen, setIsOpen] = useState(false);
  const fitting = KEY_ACT_NAMES.filter((name) => KEY_ACTS[name].fits(listed));
  const harmless = fitting.filter((name) => KEY_ACTS[name].isDangerous !== true);
  const dangerous = fitting.filter((name) => KEY_ACTS[name].isDangerous === true);
  const { region, keyId } = listed;
  // Until it is known, all are offered.
  const may = useMayEach(
    fitting.map((name) => KEY_ACTS[name].permission),
    { region, key: keyId },
    isOpen,
  );
  const item = (name: KeyActName) => {
    const isRefused = may.get(KEY_ACTS[name].permission) === false;
    return (
      <Menu.Item
        key={name}
        onClick={() => setChosen(name)}
        disabled={isRefused}
        {...(KEY_ACTS[name].isDangerous === true && !isRefused && { c: 'error' })}
      >
        {KEY_ACTS[name].label}
        {isRefused && (
          <Text size="xs" c="dimmed">
            needs the permission {KEY_ACTS[name].permission}
          </Text>
        )}
      </Menu.Item>
    );
  };
  if (fitting.length === 0) return null;
  return (
    <>
      <Menu
        position="bottom-end"
        width={250}
        opened={isOpen}
        onChange={setIsOpen}
        withInitialFocusPlaceholder={false}
        // Within the landmark of the page, and outside of what clips the table.
        portalProps={{ target: '#content' }}
      >
        <Menu.Target>
          {isShort ? (
            <ActionIcon
              className="ks-row-menu"
              variant="subtle"
              color="gray"
              aria-label={`Actions for ${keyName(listed)}`}
            >
              <IconDots size={18} aria-hidden />
            </ActionIcon>
          ) : (
            <Button variant="default" rightSection={<IconChevronDown size={16} aria-hidden />}>
              Actions
            </Button>
          )}
        </Menu.Target>
        <Menu.Dropdown>
          {harmless.map(item)}
          {harmless.length > 0 && dangerous.length > 0 && <Menu.Divider />}
          {dangerous.map(item)}
        </Menu.Dropdown>
      </Menu>
      <KeyActDialog listed={listed} name={chosen} onClose={() => setChosen(undefined)} />
    </>
  );
}
