import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useApi } from '../../api/api.ts';
import { leave } from './leave.ts';
import { tellTabs } from './session-channel.ts';

/** Ends the session, here and in the other tabs of this browser. */
export function useSignOut() {
  const api = useApi();
  const router = useRouter();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.signOut(),
    onSuccess: async () => {
      // What this tab has kept is of whoever leaves.
      sessionStorage.clear();
      tellTabs({ kind: 'signed-out' });
      await leave(router, queries, 'signed-out');
    },
  });
}
