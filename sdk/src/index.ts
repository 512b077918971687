/** The entry of the published package: what others import. */
export * from './client.gen.ts';
export { KeysteadError, type ErrorFacts } from './error.ts';
export type { TransportOptions } from './transport.ts';
export { everyItem } from './pages.ts';
export { keyCheckValue, publicKeyCheckValue } from './key-check-value.ts';
export {
  verifyEntry,
  verifyGrowth,
  type EntryToVerify,
  type GrowthToVerify,
  type Verification,
  type VerifiedStep,
} from './audit-verify.ts';
export { readHead, readVerifierKey, isSignedBy, type SignedHead, type VerifierKey } from './audit-checkpoint.ts';
export { holdAgainstLeaf, type ShownAgainstLeaf } from './audit-shown.ts';
export { isConsistent, isIncluded, leafHash } from './audit-tree.ts';
