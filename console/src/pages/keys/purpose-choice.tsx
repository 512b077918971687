import { Group, Radio, Select, SimpleGrid, Stack, Text } from '@mantine/core';
import { specName } from './key-words.ts';
import { purposeOf, type Purpose } from './purposes.ts';

interface PurposeChoiceProps {
  readonly purposes: readonly Purpose[];
  readonly purpose: Purpose['id'];
  readonly spec: string;
  /** The specs that a purpose has here, the usual one first. */
  readonly specsOf: (purpose: Purpose) => readonly string[];
  readonly onChange: (purpose: Purpose['id'], spec: string) => void;
}

/** What a key is for, and then of which kind it is: both for ever. */
export function PurposeChoice({ purposes, purpose, spec, specsOf, onChange }: PurposeChoiceProps) {
  const chosen = purposeOf(purpose);
  const specs = specsOf(chosen);
  return (
    <Stack gap="md">
      <Radio.Group
        label="What it is for"
        description="This cannot be changed later."
        value={purpose}
        onChange={(id) => onChange(id as Purpose['id'], specsOf(purposeOf(id))[0] ?? '')}
      >
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm" mt="xs">
          {purposes.map(({ id, title, about }) => (
            <Radio.Card key={id} value={id} p="sm" aria-label={`${title}. ${about}`}>
              <Group wrap="nowrap" align="flex-start" gap="sm">
                <Radio.Indicator mt={2} />
                <div>
                  <Text fw={600} size="sm">
                    {title}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {about}
                  </Text>
                </div>
              </Group>
            </Radio.Card>
          ))}
        </SimpleGrid>
      </Radio.Group>
      {specs.length > 1 && (
        <Select
          label="Kind of key"
          description="The first is what to take without a reason for another."
          data={specs.map((value) => ({ value, label: specName(value) }))}
          value={spec}
          onChange={(value) => value !== null && onChange(purpose, value)}
          allowDeselect={false}
          maw={360}
        />
      )}
    </Stack>
  );
}
