/** Work that has been begun, and what it keeps in memory until it has served. */
export interface Begun {
  /** Bytes. */
  readonly weight: number;
}

/**
 * Hands items on in their order, and draws those that come after them, whose work begins by that, for as long as all that
 * are drawn and not handed on weigh no more than `room`; one is always drawn, however heavy. A store that answers late is
 * so asked for much at a time, and the memory stays bounded.
 */
export async function* ahead<T extends Begun>(items: AsyncIterable<T>, room: number): AsyncGenerator<T, undefined> {
  const drawn: T[] = [];
  let weight = 0;
  for await (const item of items) {
    drawn.push(item);
    weight += item.weight;
    while (weight > room && drawn.length > 1) {
      const first = drawn.shift() as T;
      yield first;
      weight -= first.weight;
    }
  }
  yield* drawn;
  return undefined;
}
