import { Button, Group, Select, SimpleGrid, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { TypedFilter } from '../../ui/typed-filter.tsx';
import { filterCount, OUTCOME_NAMES, RANGE_NAMES, type AuditSearch, type RangeName } from './audit-search.ts';
import { OUTCOMES } from './entry-words.ts';

const TEXTS = [
  { name: 'principal', label: 'Who', placeholder: 'ada, or an ARN' },
  { name: 'action', label: 'Action', placeholder: 'kms:Decrypt, or kms:*' },
  { name: 'key', label: 'Key', placeholder: 'id of a key' },
  { name: 'request', label: 'Request', placeholder: 'id of a request' },
  { name: 'text', label: 'Text', placeholder: 'anywhere in the entry' },
] as const;

interface AuditFiltersProps {
  readonly search: AuditSearch;
  readonly onChange: (next: AuditSearch) => void;
}

/** What is looked for. Each filter stands in the address of the page. */
export function AuditFilters({ search, onChange }: AuditFiltersProps) {
  const { range, from, to, outcome, quiet, log } = search;
  const [isOwnRange, setIsOwnRange] = useState(from !== undefined || to !== undefined);
  const set = (name: keyof AuditSearch, value: string | boolean | undefined): void => {
    const { [name]: _, ...rest } = search;
    onChange(value === undefined || value === '' || value === false ? rest : { ...rest, [name]: value });
  };
  const setRange = (value: string): void => {
    const { range: _, from: __, to: ___, ...rest } = search;
    setIsOwnRange(value === 'own');
    onChange(value === 'all' || value === 'own' ? rest : { ...rest, range: value as RangeName });
  };
  return (
    <form role="search" aria-label="Entries" onSubmit={(event) => event.preventDefault()}>
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm" verticalSpacing="sm">
        <Select
          label="When"
          allowDeselect={false}
          value={isOwnRange ? 'own' : (range ?? 'all')}
          data={RANGE_NAMES.map(([value, label]) => ({ value, label }))}
          onChange={(value) => setRange(value as string)}
        />
        {isOwnRange && (
          <>
            <TimeFilter label="From" at={from} onChange={(value) => set('from', value)} />
            <TimeFilter label="To" at={to} onChange={(value) => set('to', value)} />
          </>
        )}
        <Select
          label="Outcome"
          placeholder="Any"
          clearable
          clearButtonProps={{ 'aria-label': 'Any outcome' }}
          value={outcome ?? null}
          data={OUTCOME_NAMES.map((value) => ({ value, label: OUTCOMES[value].name }))}
          onChange={(value) => set('outcome', value ?? undefined)}
        />
        {TEXTS.map(({ name, label, placeholder }) => (
          <TypedFilter
            key={name}
            label={label}
            placeholder={placeholder}
            maxLength={256}
            value={search[name] ?? ''}
            onChange={(value) => set(name, value)}
          />
        ))}
      </SimpleGrid>
      <Group justify="space-between" mt="sm">
        <Switch
          label="Without what only looks"
          checked={quiet === true}
          onChange={(event) => set('quiet', event.currentTarget.checked)}
        />
        {(filterCount(search) > 0 || range !== undefined || isOwnRange) && (
          <Button
            variant="subtle"
            size="compact-sm"
            onClick={() => {
              setIsOwnRange(false);
              onChange(log === undefined ? {} : { log });
            }}
          >
            Clear filters
          </Button>
        )}
      </Group>
    </form>
  );
}

interface TimeFilterProps {
  readonly label: string;
  readonly at: string | undefined;
  readonly onChange: (at: string | undefined) => void;
}

/** A moment in the viewer's zone; the address has it in UTC. */
function TimeFilter({ label, at, onChange }: TimeFilterProps) {
  return (
    <TextInput
      type="datetime-local"
      label={label}
      value={at === undefined ? '' : localText(new Date(at))}
      onChange={({ currentTarget: { value } }) => onChange(value === '' ? undefined : new Date(value).toISOString())}
    />
  );
}

function localText(date: Date): string {
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
