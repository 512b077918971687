/** The entry of the published package: what others import. */
export * from './client.gen.ts';
export { KeysteadError, type ErrorFacts } from './error.ts';
export type { TransportOptions } from './transport.ts';
export { everyItem } from './pages.ts';
export { keyCheckValue, publicKeyCheckValue } from './key-check-value.ts';
