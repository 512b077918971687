import type { KeySummary } from '@keystead/sdk';
import { Text } from '@mantine/core';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/api.ts';
import { regionOfKeyName } from '../words/storage-words.ts';
import { allKeysQuery, findKey } from './own-keys.ts';
import type { Encryption } from './environment-form.ts';

interface RegionHintProps {
  readonly encryption: Encryption;
  /** Of the storage. */
  readonly region: string;
  /** As it is typed: an id, ARN, alias or CRN. */
  readonly keyName: string;
}

interface Hint {
  readonly isGood?: boolean;
  readonly text: string;
}

/** Whether the key is where the data is to be: said beside the field, as one types. */
export function RegionHint({ encryption, region, keyName }: RegionHintProps) {
  const isOwn = encryption === 'Keystead';
  const name = keyName.trim();
  const own = useQuery({ ...allKeysQuery(useApi()), enabled: name !== '' && encryption !== 'IBM Key Protect' });
  const found = findKey(own.data ?? [], name, region);
  const hint =
    name === '' || region.trim() === ''
      ? { text: 'The key must be in the region of the storage.' }
      : !isOwn && found !== undefined
        ? mistakenFor(found)
        : hintOf(regionOfKeyName(name) ?? found?.region, isOwn && own.data !== undefined, region);
  const Icon = hint.isGood === true ? IconCheck : IconAlertTriangle;
  return (
    <Text
      size="sm"
      role="status"
      data-region-hint={hint.isGood}
      c={hint.isGood === false ? 'var(--mantine-color-error)' : 'dimmed'}
      display="flex"
      style={{ gap: 6, alignItems: 'center' }}
    >
      {hint.isGood !== undefined && <Icon size={16} aria-hidden style={{ flexShrink: 0 }} />}
      <span>{hint.text}</span>
    </Text>
  );
}

/** A key of this installation, named where one of a provider is meant: the provider would be asked for it, and know none. */
function mistakenFor({ region, spec, aliases: [alias], keyId }: KeySummary): Hint {
  const called = alias ?? keyId;
  return {
    isGood: false,
    text:
      spec === 'aes-256'
        ? `${called} is a key of this Keystead, in ${region}. AWS would be asked for it: choose Keystead above, unless AWS has one of this name.`
        : `${called} is a key of this Keystead, of a kind that protects no data keys. AWS would be asked for it.`,
  };
}

function hintOf(keyRegion: string | undefined, isLookedFor: boolean, region: string): Hint {
  if (keyRegion === region.trim()) return { isGood: true, text: `The key is in ${keyRegion}, as the storage is.` };
  if (keyRegion !== undefined) {
    return {
      isGood: false,
      text: `The key is in ${keyRegion} and the storage in ${region}. They must match: choose a key of ${region}, or keep the data in ${keyRegion}.`,
    };
  }
  if (isLookedFor) {
    return { isGood: false, text: `There is no key of that name in ${region}, nor in another region of yours.` };
  }
  return { text: `A name without a region is looked for in ${region}; the pre-flight asks for it there.` };
}
