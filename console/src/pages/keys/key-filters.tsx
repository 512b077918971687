import { Button, Group, Select } from '@mantine/core';
import { IconFilterOff, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../api/api.ts';
import { TypedFilter } from '../../ui/typed-filter.tsx';
import { keyRingsQuery } from './rings/key-rings-query.ts';
import { RegionSelect } from './region-select.tsx';
import type { KeyListSearch } from './key-search.ts';
import { ORIGINS, SPECS, STATES, USAGES } from './key-words.ts';

const HALF = { base: 'calc(50% - 6px)', xs: 150 };
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
      <TypedFilter
        label="Search"
        placeholder="Alias, id, name or description"
        value={search.text ?? ''}
        onChange={(text) => set({ text })}
        type="search"
        leftSection={<IconSearch size={16} aria-hidden />}
        w={{ base: '100%', xs: 260 }}
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
      <TypedFilter
        label="Tag"
        placeholder="name or name=value"
        value={search.tag ?? ''}
        onChange={(tag) => set({ tag })}
        w={{ ...HALF, xs: 170 }}
      />
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
      w={HALF}
    />
  );
}
