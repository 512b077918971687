#!/usr/bin/env node
const [first, ...rest] = process.argv.slice(2);

if (first === '__complete') {
  // Somebody waits with a finger on the key: nothing else is loaded.
  const { completeCli } = await import('./cli/complete.ts');
  process.stdout.write(await completeCli(rest, process.env), () => process.exit(0));
} else {
  const { runCli } = await import('./cli/run.ts');
  process.exitCode = await runCli(process.argv.slice(2));
}
