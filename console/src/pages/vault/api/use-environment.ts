import { useSuspenseQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useApi } from '../../../api/api.ts';
import { environmentQuery } from './vault-queries.ts';

/** The environment whose page this is. For pages below `/environments/$environmentId` and its settings. */
export function useEnvironment() {
  const { environmentId } = useParams({ strict: false });
  if (environmentId === undefined) throw new Error('useEnvironment is for pages of an environment');
  return useSuspenseQuery(environmentQuery(useApi(), environmentId)).data;
}
