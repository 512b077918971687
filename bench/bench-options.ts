import { basename } from 'node:path';
import { argv, exit } from 'node:process';
import { parseArgs } from 'node:util';

interface Option {
  readonly type: 'string' | 'boolean';
  readonly default?: string | boolean;
}

type Values<O extends Readonly<Record<string, Option>>> = {
  readonly [N in keyof O]: O[N] extends { readonly type: 'boolean' }
    ? boolean | (O[N] extends { readonly default: boolean } ? never : undefined)
    : string | (O[N] extends { readonly default: string } ? never : undefined);
};

/** The options of a benchmark. `--help` lists them, and what is no option is told in a sentence. */
export function benchOptions<const O extends Readonly<Record<string, Option>>>(options: O): Values<O> {
  try {
    const known: Record<string, Option> = { ...options, help: { type: 'boolean' } };
    const values = parseArgs({ options: known }).values as { readonly help?: boolean };
    if (values.help !== true) return values as Values<O>;
    console.log(usage(options));
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage(options)}`);
    exit(2);
  }
  return exit(0);
}

function usage(options: Readonly<Record<string, Option>>): string {
  const words = Object.entries(options).map(([name, { type, default: value }]) =>
    type === 'boolean' ? `[--${name}]` : `[--${name} ${value === undefined || value === '' ? '...' : String(value)}]`,
  );
  return ['node', `bench/${basename(argv[1] ?? '')}`, ...words].join(' ');
}
