import { Alert, Text } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useLostConnection } from '../../api/live/connection.ts';
import { clockTime } from '../../ui/clock.ts';
import { useConnectionWatch } from './use-connection-watch.ts';

/** Says on every page when the server does not answer, and that nothing has to be done for it to go on. */
export function ConnectionNotice() {
  useConnectionWatch();
  const lostSinceMs = useLostConnection();
  return (
    <div role="status">
      {lostSinceMs !== undefined && (
        <Alert
          color="yellow"
          mb="md"
          title="The server does not answer"
          icon={<IconPlugConnectedX aria-hidden />}
          data-connection="lost"
        >
          <Text size="sm">
            What is shown is as it was at {clockTime(lostSinceMs)}. It is asked again every few seconds, and this page
            goes on by itself once there is an answer. What runs on the server is not touched by this.
          </Text>
        </Alert>
      )}
    </div>
  );
}
