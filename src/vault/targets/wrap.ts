import type { ObjectLock, Target } from './target.ts';

/**
 * A target that does what another one does, but for what `changes` has. Methods that the other lacks are lacking here:
 * the ground of every decorator.
 */
export function wrap(target: Target, changes: Partial<Target>): Target {
  return {
    capabilities: target.capabilities,
    describe: () => target.describe(),
    put: (name, bytes) => target.put(name, bytes),
    get: (name, atMost) => target.get(name, atMost),
    getRange: (name, offset, length) => target.getRange(name, offset, length),
    list: (prefix) => target.list(prefix),
    delete: (name) => target.delete(name),
    ...(target.hidden && { hidden: (prefix: string) => target.hidden?.(prefix) ?? nothing() }),
    ...(target.lock && { lock: async (name: string, untilMs: number) => await target.lock?.(name, untilMs) }),
    ...(target.hold && { hold: async (name: string, on: boolean) => await target.hold?.(name, on) }),
    ...(target.lockOf && {
      lockOf: async (name: string): Promise<ObjectLock> => (await target.lockOf?.(name)) ?? { isHeld: false },
    }),
    close: () => target.close(),
    ...changes,
  };
}

async function* nothing(): AsyncGenerator<never> {}
