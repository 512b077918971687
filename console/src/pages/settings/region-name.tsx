import { TextInput } from '@mantine/core';

interface RegionNameProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** The name of a region that is opened. */
export function RegionName({ value, onChange }: RegionNameProps) {
  return (
    <TextInput
      label="Region"
      placeholder="eu-central-1, or eu-de"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      autoComplete="off"
      data-autofocus
    />
  );
}
