import { Alert, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { problemOf } from '../api/problem.ts';
import { CopyText } from './copy-text.tsx';
import { sentence } from './sentence.ts';

/** Tells of a failure: what was refused and why, what to do next, and by which id it is found in the audit log. */
export function ProblemNotice({
  error,
  title = 'This was not done',
}: {
  readonly error: unknown;
  readonly title?: string;
}) {
  if (error === null || error === undefined) return null;
  const { code, message, action, requestId } = problemOf(error);
  return (
    <Alert color="red" role="alert" title={title} icon={<IconAlertTriangle aria-hidden />} data-problem={code}>
      <Stack gap={4}>
        <Text size="sm">{sentence(message)}</Text>
        {action !== undefined && (
          <Text size="sm" fw={600}>
            {action}
          </Text>
        )}
        {requestId !== undefined && (
          <Text size="xs" component="div">
            {code}, request <CopyText text={requestId} label="the id of the request" />
          </Text>
        )}
      </Stack>
    </Alert>
  );
}
