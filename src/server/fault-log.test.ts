import { describe, expect, it } from 'vitest';
import { StoreUnusableError } from '../store/errors.ts';
import { faultsTo } from './fault-log.ts';

function prepared() {
  const lines: string[] = [];
  const line = (level: string) => (fields: object, message: string) =>
    lines.push(`${level} ${(fields as { requestId?: string }).requestId} ${message}`);
  const health = { isClosing: false };
  return { lines, health, onFault: faultsTo({ warn: line('warn'), error: line('error') }, health) };
}

describe('faults in the log of the server', () => {
  it('are a line each', () => {
    const { lines, onFault } = prepared();
    for (const id of ['r-1', 'r-2']) onFault(new StoreUnusableError('its writer died'), id);
    onFault(new Error('something'), 'r-3');
    expect(lines).toEqual(['r-1', 'r-2', 'r-3'].map((id) => `error ${id} request failed`));
  });

  it('are one for all requests that outlast a server that closes', () => {
    const { lines, health, onFault } = prepared();
    health.isClosing = true;
    for (const id of ['r-1', 'r-2', 'r-3']) onFault(new StoreUnusableError('it was closed'), id);
    onFault(new Error('something'), 'r-4');
    expect(lines).toEqual([expect.stringMatching(/^warn r-1 .*were not answered$/), 'error r-4 request failed']);
  });
});
