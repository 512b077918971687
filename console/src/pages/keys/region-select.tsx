import { Select } from '@mantine/core';
import { useRegions } from './regions.ts';

interface RegionSelectProps {
  readonly region: string;
  readonly onChange: (region: string) => void;
  readonly description?: string;
}

/** Which region a page is about. */
export function RegionSelect({ region, onChange, description }: RegionSelectProps) {
  const regions = useRegions();
  return (
    <Select
      label="Region"
      data={[...regions]}
      value={region}
      onChange={(chosen) => chosen !== null && onChange(chosen)}
      allowDeselect={false}
      w={description === undefined ? 180 : undefined}
      {...(description !== undefined && { description })}
    />
  );
}
