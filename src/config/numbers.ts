import { ConfigError } from './config-error.ts';

/**
 * Reads `name=number, name=number` over defaults.
 *
 * @throws {ConfigError} a name that is none, a name twice, a number that is not a whole one above 0
 */
export function parseNumbers<Numbers extends { readonly [N in keyof Numbers]: number }>(
  setting: string,
  text: string,
  defaults: Numbers,
): Numbers {
  const numbers: Record<string, number> = { ...defaults };
  const seen = new Set<string>();
  for (const part of text.split(',').map((one) => one.trim())) {
    if (part === '') continue;
    const [, name = '', digits = ''] = /^([A-Za-z]+)\s*=\s*(\d{1,12})$/.exec(part) ?? [];
    if (!Object.hasOwn(defaults, name) || seen.has(name) || Number(digits) < 1) {
      const names = Object.keys(defaults).join(', ');
      throw new ConfigError(
        `${setting} has "${part}": each part is name=number with a number of at least 1, each name once; the names are ${names}`,
      );
    }
    seen.add(name);
    numbers[name] = Number(digits);
  }
  return numbers as unknown as Numbers;
}
