import { describe, expect, it } from 'vitest';
import { NO_INSTANCE_POLICIES, setInstancePolicies, type InstancePolicySetting } from './instance-policies.ts';
import { isInReach } from './reach.ts';

const policies = (...settings: InstancePolicySetting[]) =>
  setInstancePolicies(NO_INSTANCE_POLICIES, settings, 'IBMid-1', 0);
const network = (isEnabled = true, name: 'private-only' | 'public-and-private' = 'private-only') =>
  ({ kind: 'network', isEnabled, terms: { network: name } }) as const;
const addresses = (...ranges: string[]) => ({ kind: 'addresses', isEnabled: true, terms: { ranges } }) as const;

const PRIVATE = [
  '127.0.0.1',
  '127.255.255.255',
  '10.0.0.0',
  '10.255.255.255',
  '172.16.0.0',
  '172.31.255.255',
  '192.168.0.0',
  '192.168.255.255',
  '169.254.1.1',
  '::1',
  'fc00::',
  'fdff:ffff::1',
  'fe80::1',
  'fe80::1%eth0',
  '::ffff:10.0.0.1',
  '::FFFF:127.0.0.1',
];
const PUBLIC = [
  '126.255.255.255',
  '128.0.0.0',
  '9.255.255.255',
  '11.0.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '192.169.0.0',
  '169.253.0.1',
  '100.64.0.1',
  '8.8.8.8',
  '::',
  '::2',
  'fbff::1',
  'fe00::1',
  'fec0::1',
  '2001:db8::1',
  '::ffff:8.8.8.8',
];

describe('from where an instance is reached', () => {
  it('is everywhere without policies, and while they are off', () => {
    const off = policies(network(false), { ...addresses('10.0.0.0/8'), isEnabled: false });
    for (const address of [...PRIVATE, ...PUBLIC, 'local', '']) {
      expect(isInReach(NO_INSTANCE_POLICIES, address, false)).toBe(true);
      expect(isInReach(off, address, false)).toBe(true);
      expect(isInReach(policies(network(true, 'public-and-private')), address, false)).toBe(true);
    }
  });

  it('is private networks alone where the policy says so, for services too', () => {
    for (const isService of [false, true]) {
      const within = [...PRIVATE, ...PUBLIC].filter((one) => isInReach(policies(network()), one, isService));
      expect(within).toEqual(PRIVATE);
    }
  });

  it('is the ranges of the policy, in both families and in mapped form, at their edges', () => {
    const set = policies(addresses('192.0.2.64/26', '2001:db8:1::/48', '198.51.100.7/32'));
    const inside = [
      '192.0.2.64',
      '192.0.2.127',
      '::ffff:192.0.2.64',
      '2001:db8:1::',
      '2001:db8:1:ffff:ffff:ffff:ffff:ffff',
      '198.51.100.7',
    ];
    const outside = [
      '192.0.2.63',
      '192.0.2.128',
      '2001:db8::1',
      '2001:db8:2::',
      '198.51.100.6',
      '198.51.100.8',
      '::192.0.2.64',
      '127.0.0.1',
      '',
      'x',
    ];
    expect([...inside, ...outside].filter((one) => isInReach(set, one, false))).toEqual(inside);
    // Remembered answers are the same.
    expect([...inside, ...outside].filter((one) => isInReach(set, one, false))).toEqual(inside);
  });

  it('is everywhere for services where addresses alone are bounded', () => {
    const set = policies(addresses('192.0.2.0/24'));
    expect([
      isInReach(set, '8.8.8.8', true),
      isInReach(set, '8.8.8.8', false),
      isInReach(set, '8.8.8.8', true),
    ]).toEqual([true, false, true]);
    expect(isInReach(policies(addresses('192.0.2.0/24'), network()), '8.8.8.8', true)).toBe(false);
  });

  it('is nowhere that both policies do not let in', () => {
    const both = policies(addresses('10.0.0.0/8', '8.8.8.0/24'), network());
    expect(['10.1.1.1', '8.8.8.8', '192.168.1.1'].map((one) => isInReach(both, one, false))).toEqual([
      true,
      false,
      false,
    ]);
  });
});
