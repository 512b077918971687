import { hashPassword } from '../../../crypto/password-hash.ts';
import type { AdminServices } from '../services.ts';
import { HashingTurns } from './hashing-turns.ts';
import type { SignInServices } from './sign-in-services.ts';
import { Tries } from './tries.ts';

/** What sign-in has done so far. */
export interface Work {
  hashed: number;
  waited: number;
}

const works = new WeakMap<SignInServices, Work>();

/** What sign-in of a house has done so far. */
export function workOf({ signIn }: AdminServices): Work {
  return works.get(signIn) as Work;
}

/** Sign-in on this machine's own addresses, with little work for each password, and refusals that do not wait. */
export function quickSignIn(clock: () => number): SignInServices {
  // Every try comes a minute after the one before: what bounds them has a test of its own.
  let minutes = 0;
  const work: Work = { hashed: 0, waited: 0 };
  const turns = new HashingTurns(hashPassword);
  const services: SignInServices = {
    listenHost: '127.0.0.1',
    cost: { memoryKiB: 64, passes: 1, parallelism: 1 },
    hash: (password, salt, cost) => {
      work.hashed++;
      return turns.hash(password, salt, cost);
    },
    tries: new Tries(() => (minutes += 1) * 60_000),
    monotonicMs: clock,
    untilRefusal: async () => void work.waited++,
  };
  works.set(services, work);
  return services;
}
