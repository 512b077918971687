import { useLocalStorage } from '@mantine/hooks';
import { useWhoAmI } from '../../api/who-am-i.ts';

/** Whether somebody has put the first steps aside, in this browser and for this account: a taste, not a state. */
export function usePutAside(): readonly [boolean, (isAside: boolean) => void] {
  const { accountId, principalId } = useWhoAmI();
  const [isAside, setAside] = useLocalStorage({
    key: `keystead-first-steps-aside-${accountId}-${principalId}`,
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  return [isAside, setAside];
}
