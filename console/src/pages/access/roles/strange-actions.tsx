import { Alert, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/api.ts';
import { actionsQuery } from '../queries.ts';
import { policyWords, strangeActions } from './policy-words.ts';

/** Says which actions of a policy there are not: it can be saved all the same, and nothing follows from them. */
export function StrangeActions({ document }: { readonly document: string }) {
  const { data: known } = useQuery(actionsQuery(useApi()));
  const statements = policyWords(document);
  if (known === undefined || statements === undefined) return null;
  return <StrangeActionsNotice actions={strangeActions(statements, known)} />;
}

/** The same of actions that were found already. */
export function StrangeActionsNotice({ actions }: { readonly actions: readonly string[] }) {
  if (actions.length === 0) return null;
  return (
    <Alert color="yellow" title="There is no such action" role="status" data-strange-actions>
      <Text size="sm">
        Nothing here ever asks for <b>{actions.join(', ')}</b>. Is it mistyped? As with AWS the policy is taken as it
        is, but nothing is allowed or denied by it.
      </Text>
    </Alert>
  );
}
