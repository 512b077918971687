import { KeysteadError, type OwnSignIn } from '@keystead/sdk';
import { useRef, useState, type ReactNode } from 'react';
import { ProveAgain } from './prove-again.tsx';

/** Does something that takes a fresh proof: where the last one is too old it is asked for, and then it is done. */
export type WithProof = <Answer>(act: () => Promise<Answer>) => Promise<Answer>;

/** The way to do what takes a fresh proof, and the dialog that asks for one: it stands on the page. */
export function useProof(has: OwnSignIn): { readonly withProof: WithProof; readonly dialog: ReactNode } {
  const [isAsking, setAsking] = useState(false);
  const answer = useRef<(isProven: boolean) => void>(undefined);
  const ask = (): Promise<boolean> =>
    new Promise((resolve) => {
      answer.current = resolve;
      setAsking(true);
    });
  const withProof: WithProof = async (act) => {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof KeysteadError) || error.code !== 'sign-in-again' || !(await ask())) throw error;
      return act();
    }
  };
  const end = (isProven: boolean): void => {
    setAsking(false);
    answer.current?.(isProven);
  };
  return { withProof, dialog: isAsking && <ProveAgain has={has} onEnd={end} /> };
}
