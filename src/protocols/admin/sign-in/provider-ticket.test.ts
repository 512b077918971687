import { describe, expect, it } from 'vitest';
import { BarrierKey, makeBarrierRoot } from '../../../crypto/hierarchy.ts';
import { pooledRandom } from '../../../crypto/random.ts';
import { isStateOf, makeTicket, openTicket, sealTicket, TICKET_MS } from './provider-ticket.ts';

const random = pooledRandom();
const barrier = BarrierKey.from(makeBarrierRoot());
const HERE = 'installation';
const T0 = 1_000_000;
const ticket = makeTicket({ tenantId: 't', providerId: 'p', redirectUri: 'https://keys.example.com/back' }, T0);
const sealed = sealTicket(barrier, HERE, ticket, random);

describe('a ticket', () => {
  it('comes back as it was, and tells nothing in between', () => {
    expect(openTicket(barrier, HERE, sealed, T0)).toEqual(ticket);
    expect(Buffer.from(sealed, 'base64url').includes(ticket.codeVerifier)).toBe(false);
    expect(sealed.length).toBeLessThan(1_500);
  });

  it.each([
    ['when its time is over', sealed, T0 + TICKET_MS],
    ['by a clock that stepped back', sealed, T0 - 1],
    ['cut short', sealed.slice(0, -1), T0],
    ['changed', `${sealed.slice(0, 200)}${sealed[200] === 'A' ? 'B' : 'A'}${sealed.slice(201)}`, T0],
    ['empty', '', T0],
    ['endless', 'A'.repeat(10_000), T0],
    ['not of its alphabet', `${sealed}=`, T0],
  ])('is none %s', (_, text, nowMs) => expect(openTicket(barrier, HERE, text, nowMs)).toBeUndefined());

  it('is none of another installation, and has another state than any other', () => {
    expect(openTicket(barrier, 'other', sealed, T0)).toBeUndefined();
    expect(openTicket(BarrierKey.from(makeBarrierRoot()), HERE, sealed, T0)).toBeUndefined();
    const other = makeTicket(ticket, T0);
    expect(isStateOf(ticket, ticket.state)).toBe(true);
    for (const state of [other.state, `${ticket.state}x`, '', null]) expect(isStateOf(ticket, state)).toBe(false);
  });
});
