import type { RateClass } from '../../pipeline/rates.ts';
import { CATALOG, type OperationName } from './catalog.ts';

/** Uses of keys; one that opens and seals counts for both, as on the AWS wire. */
const USES: { readonly [N in OperationName]?: readonly RateClass[] } = {
  wrap: ['symmetric'],
  unwrap: ['symmetric'],
  rewrap: ['symmetric', 'symmetric'],
};
const READ: readonly RateClass[] = ['read'];
const WRITE: readonly RateClass[] = ['write'];
/** Nobody asks for nothing without end. */
const NO_OPERATION: readonly RateClass[] = ['symmetric'];

/** What an operation, or a request for none, takes from the allowance of a tenant: the same classes as on the AWS wire. */
export function rateClassesOf(name: OperationName | undefined): readonly RateClass[] {
  if (name === undefined) return NO_OPERATION;
  const { method } = CATALOG[name];
  return USES[name] ?? (method === 'GET' || method === 'HEAD' ? READ : WRITE);
}
