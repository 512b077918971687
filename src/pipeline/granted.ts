import type { GrantedRight } from '../access/request.ts';
import type { Principal } from '../identity/principal.ts';
import type { OpenKey } from '../keys/open-key.ts';
import type { MaybePromise } from '../records/ports.ts';

/** Finds what grants give a principal on a key. Asked only where policies alone do not allow and do not deny. */
export interface Granted {
  find(key: OpenKey, principal: Principal): MaybePromise<readonly GrantedRight[]>;
}
