import { Badge, Group, Stack, Text } from '@mantine/core';
import { policyWords, serviceName } from './policy-words.ts';

/** What a policy allows and denies, in words. */
export function WhatItMay({ document }: { readonly document: string }) {
  const statements = policyWords(document);
  if (statements === undefined) return null;
  return (
    <Stack gap="md">
      {statements.map((statement, at) => (
        // Statements have no names, and stand in the order of the document.
        // oxlint-disable-next-line no-array-index-key
        <Stack key={at} gap={6}>
          <Text size="sm" fw={600}>
            {statement.effect === 'Deny' ? 'Denies' : 'Allows'}
            {statement.isAllBut ? ' everything but' : ''}
            {statement.resources.every((resource) => resource === '*') ? '' : `, on ${statement.resources.join(', ')}`}
            {statement.hasCondition ? ', under a condition' : ''}
          </Text>
          {statement.actions.map(([service, names]) => (
            <Group key={service} gap={6} align="flex-start">
              <Text size="sm" c="dimmed" w={{ base: '100%', sm: 180 }}>
                {serviceName(service)}
              </Text>
              <Group gap={4} flex={1}>
                {names.map((name) => (
                  <Badge key={name} variant="default" tt="none" fw={500} radius="sm">
                    {name === '*' ? 'everything' : name}
                  </Badge>
                ))}
              </Group>
            </Group>
          ))}
        </Stack>
      ))}
    </Stack>
  );
}
