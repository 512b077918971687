import { Button, Group, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconFilterOff, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useApi } from '../../api/api.ts';
import { keyRingsQuery } from './rings/key-rings-query.ts';
import { RegionSelect } from './region-select.tsx';
import type { KeyListSearch } from './key-search.ts';
import { ORIGINS, SPECS, STATES, USAGES } from './key-words.ts';

const TYPING_MS = 250;
const choices = (words: Readonly<Record<string, string>>) =>
  Object.entries(words).map(([value, label]) => ({ value, label }));
const STATE_CHOICES = Object.entries(STATES)
  .filter(([state]) => state !== 'gone')
  .map(([value, { word }]) => ({ value, label: word }));

interface KeyFiltersProps {
  readonly region: string;
  readonly search: KeyListSearch;
  readonly onChange: (search: KeyListSearch) => void;
}

/** Search and filters of the list of keys. */
export function KeyFilters({ region, search, onChange }: KeyFiltersProps) {
  const api = useApi();
  const rings = useQuery(keyRingsQuery(api, region)).data ?? [];
  const set = (change: { [Name in keyof KeyListSearch]: KeyListSearch[Name] | null | undefined }): void => {
    const entries = Object.entries({ ...search, ...change }).filter(([, value]) => value !== null && value !== '');
    onChange(Object.fromEntries(entries) as KeyListSearch);
  };
  const { region: _, ...filters } = search;
  return (
    <Group align="flex-end" gap="sm">
      <RegionSelect region={region} onChange={(chosen) => set({ region: chosen, keyRing: null })} />
      <Typed
        label="Search"
        placeholder="Alias, id, name or description"
        value={search.text ?? ''}
        onChange={(text) => set({ text })}
        isSearch
      />
      <Choice
        label="State"
        data={STATE_CHOICES}
        value={search.state}
        onChange={(state) => set({ state: state as never })}
      />
      <Choice
        label="Spec"
        data={choices(SPECS)}
        value={search.spec}
        onChange={(spec) => set({ spec: spec as never })}
      />
      <Choice
        label="Usage"
        data={choices(USAGES)}
        value={search.usage}
        onChange={(usage) => set({ usage: usage as never })}
      />
      <Choice
        label="Origin"
        data={choices(ORIGINS)}
        value={search.origin}
        onChange={(origin) => set({ origin: origin as never })}
      />
      {rings.length > 1 && (
        <Choice
          label="Key ring"
          data={rings.map(({ keyRing }) => ({ value: keyRing, label: keyRing }))}
          value={search.keyRing}
          onChange={(keyRing) => set({ keyRing })}
        />
      )}
      <Typed label="Tag" placeholder="name or name=value" value={search.tag ?? ''} onChange={(tag) => set({ tag })} />
      {Object.keys(filters).length > 0 && (
        <Button
          variant="subtle"
          leftSection={<IconFilterOff size={16} aria-hidden />}
          onClick={() => onChange(search.region === undefined ? {} : { region: search.region })}
        >
          Show all
        </Button>
      )}
    </Group>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly data: readonly { readonly value: string; readonly label: string }[];
  readonly value: string | undefined;
  readonly onChange: (value: string | null) => void;
}

function Choice({ label, data, value, onChange }: ChoiceProps) {
  return (
    <Select
      label={label}
      placeholder="Any"
      data={[...data]}
      value={value ?? null}
      onChange={onChange}
      clearable
      clearButtonProps={{ 'aria-label': `Any ${label.toLowerCase()}` }}
      w={{ base: 'calc(50% - 6px)', xs: 150 }}
    />
  );
}

interface TypedProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly isSearch?: boolean;
}

/** Asks for what is typed once the typing pauses. What is asked for by others, such as Back, is shown; one's own stays as it is typed. */
function Typed({ label, placeholder, value, onChange, isSearch = false }: TypedProps) {
  const [typed, setTyped] = useState(value);
  const asked = useRef(value);
  const ask = useDebouncedCallback((text: string) => {
    asked.current = text;
    onChange(text);
  }, TYPING_MS);
  useEffect(() => {
    // The answer to a question of an earlier moment must not take away what was typed since.
    if (value === asked.current) return;
    asked.current = value;
    setTyped(value);
  }, [value]);
  return (
    <TextInput
      label={label}
      placeholder={placeholder}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        ask(event.currentTarget.value.trim());
      }}
      {...(isSearch && { type: 'search', leftSection: <IconSearch size={16} aria-hidden /> })}
      w={isSearch ? { base: '100%', xs: 260 } : { base: 'calc(50% - 6px)', xs: 170 }}
    />
  );
}
