import { spawnSync } from 'node:child_process';

/** A client that this machine should have, and how to find out whether it has it. */
export interface Client {
  readonly name: string;
  readonly command: string;
  readonly probe: readonly string[];
}

const REQUIRE_ALL = process.env['KEYSTEAD_TEST_REQUIRE_ALL'] === '1';

/**
 * Why a client's tests are skipped; undefined where the client is there.
 *
 * @throws {Error} the client is missing and KEYSTEAD_TEST_REQUIRE_ALL=1 says that all must be there
 */
export function missing({ name, command, probe }: Client): string | undefined {
  const { status } = spawnSync(command, probe, { stdio: 'ignore' });
  if (status === 0) return undefined;
  if (REQUIRE_ALL) throw new Error(`${name} is not installed here (${command}), and KEYSTEAD_TEST_REQUIRE_ALL=1`);
  return `${name} is not installed here (${command})`;
}
