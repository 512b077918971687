import { describe, expect, it } from 'vitest';
import { takeEvents } from './server-sent-events.ts';

describe('takeEvents', () => {
  it.each([
    ['nothing', '', [], ''],
    ['a comment and a pause', 'retry: 3000\n: open\n\n', [], ''],
    ['one event', 'event: run\ndata: {"a":1}\n\n', [{ name: 'run', data: '{"a":1}' }], ''],
    ['an event without a name', 'data: x\n\n', [{ name: 'message', data: 'x' }], ''],
    ['data in two lines', 'data: a\ndata: b\n\n', [{ name: 'message', data: 'a\nb' }], ''],
    ['half an event', 'event: run\ndata: {"a"', [], 'event: run\ndata: {"a"'],
    ['one and the beginning of the next', 'event: a\ndata: 1\n\nevent: b\n', [{ name: 'a', data: '1' }], 'event: b\n'],
    [
      'two',
      'event: a\ndata: 1\n\nevent: b\ndata: 2\n\n',
      [
        { name: 'a', data: '1' },
        { name: 'b', data: '2' },
      ],
      '',
    ],
  ])('takes %s', (_, text, events, rest) => {
    expect(takeEvents(text)).toEqual({ events, rest });
  });
});
