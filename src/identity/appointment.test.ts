import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appointed, COMMANDS, commandsGained, commandsWithheld, sharing, type Appointments } from './appointment.ts';

interface User {
  policies: readonly string[];
  appointments?: Appointments;
}

describe('who comes to command', () => {
  it('is counted for what is new alone, each command by itself', () => {
    expect(commandsGained(['auditor'], ['auditor', 'owner', 'key-user'])).toEqual(['owner']);
    expect(commandsGained(['owner'], ['owner'])).toEqual([]);
    expect(appointed({}, ['owner'])).toEqual({ owner: 1 });
    expect(appointed({ appointments: { owner: 2 } }, ['owner', 'operator'])).toEqual({ owner: 3, operator: 1 });
  });

  it('of old, before anything was counted, keeps what it has', () => {
    expect(commandsWithheld({ policies: ['owner', 'operator'] }, {})).toEqual([]);
    expect(sharing({})).toEqual({});
  });

  it('commands by a credential what it had when that was issued, and what it had all the time since', () => {
    const act = fc.oneof(
      fc.record({ give: fc.constantFrom(...COMMANDS, 'auditor') }),
      fc.record({ take: fc.constantFrom(...COMMANDS, 'auditor') }),
      fc.constant('issue' as const),
    );
    fc.assert(
      fc.property(fc.subarray([...COMMANDS]), fc.array(act, { maxLength: 30 }), (first, acts) => {
        let user: User = { policies: first };
        /** Credentials, with the commands that each has had without a break since it was issued. */
        const issued: { readonly counts: { readonly appointments?: Appointments }; readonly unbroken: Set<string> }[] =
          [];
        for (const one of acts) {
          if (one === 'issue') {
            issued.push({ counts: sharing(user), unbroken: new Set(user.policies) });
            continue;
          }
          if ('take' in one) {
            user = { ...user, policies: user.policies.filter((name) => name !== one.take) };
            for (const { unbroken } of issued) unbroken.delete(one.take);
            continue;
          }
          const policies = user.policies.includes(one.give) ? user.policies : [...user.policies, one.give];
          const gained = commandsGained(user.policies, policies);
          user = { ...user, policies, ...(gained.length > 0 && { appointments: appointed(user, gained) }) };
        }
        for (const { counts, unbroken } of issued) {
          const withheld: readonly string[] = commandsWithheld(user, counts);
          for (const command of COMMANDS.filter((name) => user.policies.includes(name)))
            expect([command, withheld.includes(command)]).toEqual([command, !unbroken.has(command)]);
        }
      }),
    );
  });
});
