import { Radio, Stack } from '@mantine/core';

interface TypeRadioProps {
  readonly type: 'api-key' | 'access-key';
  readonly onChange: (type: 'api-key' | 'access-key') => void;
}

/** Which clients a new credential is for. */
export function TypeRadio({ type, onChange }: TypeRadioProps) {
  return (
    <Radio.Group
      label="Type"
      value={type}
      onChange={(chosen) => onChange(chosen === 'access-key' ? 'access-key' : 'api-key')}
    >
      <Stack gap={6} pt={4}>
        <Radio
          value="api-key"
          label="API key"
          description="One secret: for the command line, this API and the API of IBM Key Protect."
        />
        <Radio
          value="access-key"
          label="Access key"
          description="An id and a secret, as at AWS: for the SDKs and the command line of AWS."
        />
      </Stack>
    </Radio.Group>
  );
}
