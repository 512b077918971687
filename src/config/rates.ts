import { RATE_CLASSES, type Rate, type RateClass, type Rates } from '../pipeline/rates.ts';
import { ConfigError } from './config-error.ts';

/**
 * Reads `class=perSecond` or `class=perSecond/burst`, separated by commas. A burst that is not said is one second's
 * worth.
 *
 * @throws {ConfigError} a class that there is not, a class twice, a number that is not a whole one above 0
 */
export function parseRates(setting: string, text: string): Rates {
  const rates: { [Class in RateClass]?: Rate } = {};
  for (const part of text.split(',').map((one) => one.trim())) {
    if (part === '') continue;
    const [, name = '', perSecond = '', burst = perSecond] =
      /^([A-Za-z]+)\s*=\s*(\d{1,9})(?:\/(\d{1,9}))?$/.exec(part) ?? [];
    const rateClass = RATE_CLASSES.find((one) => one === name);
    if (rateClass === undefined || rates[rateClass] !== undefined || Number(perSecond) < 1 || Number(burst) < 1) {
      throw new ConfigError(
        `${setting} has "${part}": each part is class=requests per second, or class=requests per second/burst, with numbers of at least 1, each class once; the classes are ${RATE_CLASSES.join(', ')}`,
      );
    }
    rates[rateClass] = { perSecond: Number(perSecond), burst: Number(burst) };
  }
  return rates;
}
