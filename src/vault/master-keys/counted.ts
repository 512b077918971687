import type { MasterKey } from './master-key.ts';

/** How often a provider was asked for what. */
export interface KeyCalls {
  generate: number;
  wrap: number;
  unwrap: number;
  rewrap: number;
  probe: number;
  inspect: number;
}

export function noKeyCalls(): KeyCalls {
  return { generate: 0, wrap: 0, unwrap: 0, rewrap: 0, probe: 0, inspect: 0 };
}

/** What is counted, by what counts it: a key re-wraps on its own side for keys of its kind, which it must be shown. */
const ORIGINALS = new WeakMap<MasterKey, MasterKey>();

/** A master key that notes in `calls` what it was asked for, whatever came of it; repetitions of its own are one call. */
export function counted(key: MasterKey, calls: KeyCalls): MasterKey {
  const counter: MasterKey = {
    capabilities: key.capabilities,
    get clockSkewMs() {
      return key.clockSkewMs;
    },
    describe: () => key.describe(),
    generate: (context) => (calls.generate++, key.generate(context)),
    wrap: (dataKey, context) => (calls.wrap++, key.wrap(dataKey, context)),
    unwrap: (wrapped, context) => (calls.unwrap++, key.unwrap(wrapped, context)),
    rewrap: (wrapped, context, to) => (calls.rewrap++, key.rewrap(wrapped, context, ORIGINALS.get(to) ?? to)),
    probe: () => (calls.probe++, key.probe()),
    inspect: () => (calls.inspect++, key.inspect()),
    close: () => key.close(),
  };
  ORIGINALS.set(counter, key);
  return counter;
}
