/**
 * Runs what it is given, at most `limit` at once. Others wait: those that are of one thing in the order in which they
 * came, and things by turns, so that the many of one are not in the way of the few of another.
 */
export function atMost(limit: number): <Result>(run: () => Promise<Result>, of?: object) => Promise<Result> {
  const waiting = new Map<object | undefined, (() => void)[]>();
  let running = 0;
  return async (run, of) => {
    if (running >= limit) await new Promise<void>((resolve) => enqueue(waiting, of, resolve));
    else running++;
    try {
      return await run();
    } finally {
      // Whoever is next takes over the place.
      const next = dequeue(waiting);
      if (next) next();
      else running--;
    }
  };
}

function enqueue<Of, One>(lines: Map<Of, One[]>, of: Of, one: One): void {
  const line = lines.get(of);
  if (line) line.push(one);
  else lines.set(of, [one]);
}

/** The first of the line whose turn it is. That line goes last then. */
function dequeue<Of, One>(lines: Map<Of, One[]>): One | undefined {
  for (const [of, line] of lines) {
    const first = line.shift();
    lines.delete(of);
    if (line.length > 0) lines.set(of, line);
    return first;
  }
  return undefined;
}
