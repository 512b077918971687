import { describe, expect, it } from 'vitest';
import { createAlias } from '../keys/aliases.ts';
import { createKey } from '../keys/create.ts';
import { KeyError } from '../keys/errors.ts';
import { KeyCache } from '../keys/key-cache.ts';
import { AAD, changeEntry, GENERATED, keyAfter, NOW, random } from '../keys/key-space.fixture.ts';
import { describeAs, disable } from '../keys/lifecycle.ts';
import { OpenKey } from '../keys/open-key.ts';
import { encrypt } from '../keys/use.ts';
import type { Commit } from '../records/commit.ts';
import { ConflictError, StoreFullError, UnknownOutcomeError } from '../records/ports.ts';
import { MemoryStore } from '../store/memory.ts';
import { BusyError } from './errors.ts';
import { act, failing, space, key, store, pipeline, call, entries, target, eachWithAKey } from './execute.fixture.ts';

eachWithAKey();

describe('no answer without its record', () => {
  it.each([
    ['a use', () => act({ value: 'v' })],
    ['a refusal', () => act({ value: 'v' }, { run: () => failing(new KeyError('key-disabled')) })],
    ['a change', () => act({ value: 'v', writes: describeAs(space, key, 'n', NOW).writes })],
  ])('%s waits for it', async (_, make) => {
    const gate = Promise.withResolvers<void>();
    store.beforeRecord = store.beforeCommit = () => gate.promise;
    let answered = false;
    const answer = pipeline
      .execute(call, make())
      .catch(() => {})
      .finally(() => (answered = true));
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect([store.drafts.length, answered]).toEqual([1, false]);
    gate.resolve();
    await answer;
    expect([entries().length, answered]).toEqual([1, true]);
  });

  it.each([new StoreFullError('full'), new UnknownOutcomeError('gone')])('%s is handed through', async (trouble) => {
    store.beforeRecord = store.beforeCommit = () => failing(trouble);
    const attempts = [
      act({ value: 'v' }),
      act({ value: 'v', writes: describeAs(space, key, 'n', NOW).writes }),
      act({ value: 'v' }, { run: () => failing(new KeyError('key-disabled')) }),
    ];
    for (const attempt of attempts) await expect(pipeline.execute(call, attempt)).rejects.toBe(trouble);
    expect(store.drafts).toHaveLength(3);
    expect(entries()).toEqual([]);
  });

  it('what switches off may use the reserve, and nothing else asks for it', async () => {
    const { writes } = disable(space, key, NOW);
    await pipeline.execute(call, act({ value: 1, writes, urgent: true }));
    const off = new OpenKey(keyAfter(space, { writes }), space);
    await pipeline.execute(call, act({ value: 1, writes: describeAs(space, off.key, 'n', NOW).writes }));
    // To find what is to be switched off must not need room either.
    await pipeline.execute(call, act({ value: 1, urgent: true }));
    expect(store.commits.map(({ urgent }) => urgent)).toEqual([true, undefined, true]);
  });
});

describe('when somebody else is faster', () => {
  /** Another's change of the key, behind the pipeline's back. */
  const meanwhile = async (change: { writes: Commit['writes'] }) =>
    MemoryStore.prototype.commit.call(store, { writes: change.writes, entries: [changeEntry(space.tenantId)] });

  it('the act is prepared again and sees the new state', async () => {
    const keys = new KeyCache(store);
    const seen: number[] = [];
    let others = 1;
    store.beforeCommit = async () => {
      if (others-- > 0) await meanwhile(describeAs(space, key, 'theirs', NOW));
    };
    const done = await pipeline.execute(call, async () => {
      const now = (await keys.find(space, key.id)) as OpenKey;
      seen.push(now.key.revision);
      return { targets: [target('kms:DisableKey', now)], run: () => disable(space, now.key, NOW) };
    });
    expect(seen).toEqual([1, 2]);
    expect(done).toMatchObject({ revision: 3, state: 'suspended', description: 'theirs' });
    // The attempt that lost left nothing: theirs, then ours.
    expect(entries().map(({ action }) => action)).toEqual(['test:Change', 'kms:DisableKey']);
  });

  it('the act is refused anew if the new state refuses it', async () => {
    const keys = new KeyCache(store);
    store.beforeCommit = () => meanwhile(disable(space, key, NOW));
    const result = pipeline.execute(call, async () => {
      const now = (await keys.find(space, key.id)) as OpenKey;
      return {
        targets: [target('kms:Rotate', now)],
        run: () => {
          encrypt(now, Buffer.from('x'), AAD, NOW, random);
          return describeAs(space, now.key, 'mine', NOW);
        },
      };
    });
    await expect(result).rejects.toThrow('key-disabled');
    expect(entries().map(({ action, outcome }) => [action, outcome])).toEqual([
      ['test:Change', 'done'],
      ['kms:Rotate', 'refused'],
    ]);
  });

  it("a name that was taken in between shows as the domain's own error", async () => {
    const keys = new KeyCache(store);
    const rival = createKey(space, GENERATED, NOW, random);
    await meanwhile(rival);
    store.beforeCommit = () => meanwhile(createAlias(space, rival.value, 'alias/a', NOW));
    const result = pipeline.execute(call, async () => {
      const holder = await keys.findByAlias(space, 'alias/a');
      if (holder) throw new KeyError('alias-exists', { alias: 'alias/a' });
      return { targets: [target('kms:CreateAlias')], run: () => createAlias(space, key, 'alias/a', NOW) };
    });
    await expect(result).rejects.toThrow(expect.objectContaining({ code: 'alias-exists' }));
    // Found before the act was known: the entry has the call's own action.
    expect(entries().at(-1)).toMatchObject({ action: 'kms:Encrypt', outcome: 'refused', reason: 'alias-exists' });
  });

  it('is in nobody’s way for long, however many change one record at the same time', async () => {
    const keys = new KeyCache(store);
    const made = createKey(space, GENERATED, NOW, random);
    await meanwhile(made);
    const { value } = made;
    const names = Array.from({ length: 40 }, (_, i) => `alias/a${i}`);
    const all = names.map((name) =>
      pipeline.execute(call, async () => {
        const open = await keys.find(space, value.id);
        if (open === undefined) throw new TypeError('the key is gone');
        return { targets: [target('kms:CreateAlias')], run: () => createAlias(space, open.key, name, NOW) };
      }),
    );
    await Promise.all(all);
    const after = (await keys.find(space, value.id))?.key.aliases.map(({ name }) => name);
    expect(new Set(after)).toEqual(new Set(names));
  });

  it('again and again, the pipeline gives up, and the record says so', async () => {
    let prepared = 0;
    store.beforeCommit = () => failing(new ConflictError('theirs'));
    const result = pipeline.execute(call, () => {
      prepared++;
      return act(describeAs(space, key, 'n', NOW))();
    });
    await expect(result).rejects.toThrow(BusyError);
    expect(prepared).toBe(8);
    expect(entries()).toMatchObject([{ outcome: 'failed', reason: 'busy', action: 'kms:Encrypt' }]);
  });
});
