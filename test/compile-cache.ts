import { join } from 'node:path';

/**
 * Lets every process and thread that a test starts take the stripped and compiled modules of those before it: without,
 * each strips and compiles some hundred files anew. Node keeps by content and version what lies there.
 * https://nodejs.org/api/module.html#module-compile-cache
 */
export function setup(): void {
  process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '../node_modules/.cache/compiled');
}
