import type { Snapshots } from '@keystead/sdk';
import { Alert, Group, List, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { VAULT_COMMANDS } from '../../../commands/vault-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { countOf } from '../../../ui/amounts.ts';
import { Confirm } from '../../../ui/confirm.tsx';
import { useStartRun } from '../runs/use-start-run.ts';

type Finding = Snapshots['findings'][number];

/** What a snapshot is that is gone or cannot be read; of another order in the history nothing is lost. */
const LOST = ['missing', 'newest-missing', 'damaged'];

interface StoreFindingsProps {
  readonly environmentId: string;
  readonly label: string;
  readonly findings: readonly Finding[];
}

/** What of a store's history is not as it was left, and the way on where it will not come back. */
export function StoreFindings({ environmentId, label, findings }: StoreFindingsProps) {
  const [isAccepting, accepting] = useDisclosure(false);
  const lost = [...new Set(findings.flatMap(({ code, subject }) => (LOST.includes(code) ? [subject] : [])))];
  const accept = useStartRun(environmentId, (api) => api.acceptLoss(environmentId, { snapshots: lost }));
  if (findings.length === 0) return null;
  return (
    <Alert color="red" role="alert" title="The store is not as it was left">
      <Stack gap="sm" align="flex-start">
        <List size="sm">
          {findings.map(({ code, subject, text }) => (
            <List.Item key={`${code} ${subject}`}>{text}</List.Item>
          ))}
        </List>
        {lost.length > 0 && (
          <>
            <Text size="sm">
              Until then nothing is deleted from this store, by no rule and by nobody. Bring back what is missing, from
              versions or a copy of the bucket, if there is a way. Where there is none, accept the loss.
            </Text>
            <Group>
              <ActButton needs="keystead:AcceptLoss" size="xs" variant="default" onClick={accepting.open}>
                Accept the loss of {countOf(lost.length, 'snapshot')}
              </ActButton>
            </Group>
            <Confirm
              isOpen={isAccepting}
              onClose={accepting.close}
              title={`Accept the loss of ${countOf(lost.length, 'snapshot')} of ${label}?`}
              verb="Accept the loss"
              isDangerous
              typed={label}
              command={[...VAULT_COMMANDS.acceptLoss(label, lost[0] as string), ...lost.slice(1)]}
              onConfirm={() => accept.mutateAsync(undefined)}
            >
              <Stack gap="xs">
                <span>
                  It is written into the store, and cannot be undone: these snapshots will never be listed or restored
                  again, even if their objects turn up. All other snapshots stay as they are, and what is kept is looked
                  after again. What is sound is refused.
                </span>
                <List size="sm" aria-label="What is lost">
                  {lost.map((id) => (
                    <List.Item key={id}>
                      <span className="ks-code">{id}</span>
                    </List.Item>
                  ))}
                </List>
              </Stack>
            </Confirm>
          </>
        )}
      </Stack>
    </Alert>
  );
}
