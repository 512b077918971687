import { Autocomplete, type AutocompleteProps } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../api/api.ts';
import { useMay } from '../../api/may.ts';
import { actionsQuery } from './queries.ts';

const SHOWN = 20;

/** An action, or a pattern of some: whoever may see policies is offered those that there are. */
export function ActionInput(props: Omit<AutocompleteProps, 'data' | 'limit'>) {
  const mayList = useMay('keystead:ListPolicies');
  const { data: actions = [] } = useQuery({ ...actionsQuery(useApi()), enabled: mayList === true });
  return <Autocomplete {...props} data={[...actions]} limit={SHOWN} spellCheck={false} />;
}
