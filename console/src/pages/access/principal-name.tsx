import type { Principal } from '@keystead/sdk';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../api/api.ts';
import { useMay } from '../../api/may.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { TextLink } from '../../ui/links.tsx';
import { principalsQuery } from './more-queries.ts';
import { nameInArn } from './name-in-arn.ts';

const FRESH_MS = 5 * 60_000;

/**
 * Who it was, by the name that people know, with the way there. What is known of somebody is an ARN, an IAM id of IBM, or
 * an id; whoever may not list users, or asks for one who is gone, sees what is known.
 */
export function PrincipalName({ id }: { readonly id: string }) {
  const mayList = useMay('keystead:ListPrincipals');
  const { data } = useQuery({ ...principalsQuery(useApi()), enabled: mayList === true, staleTime: FRESH_MS });
  const found = data?.find(({ iamId, arn, principalId }) => [iamId, arn, principalId].includes(id));
  return found === undefined ? <ForeignText text={nameInArn(id)} max={64} /> : <PrincipalLink principal={found} />;
}

function PrincipalLink({ principal: { principalId, name, serviceId } }: { readonly principal: Principal }) {
  return serviceId ? (
    <TextLink to="/access/service-ids/$principalId" params={{ principalId }} size="sm" underline="always">
      {name}
    </TextLink>
  ) : (
    <TextLink to="/access/people/$principalId" params={{ principalId }} size="sm" underline="always">
      {name}
    </TextLink>
  );
}
