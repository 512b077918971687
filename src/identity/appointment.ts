import type { BuiltInPolicy } from './built-in-policies.ts';

/** The policies by which somebody commands: a tenant, or the installation. */
export const COMMANDS = ['owner', 'administrator', 'operator'] as const satisfies readonly BuiltInPolicy[];
export type Command = (typeof COMMANDS)[number];

/** How often a user who was there already was given each of them; absent: never. */
export type Appointments = Partial<Record<Command, number>>;

/** What bears a count of appointments: a user, and what was issued to it. */
interface Appointed {
  readonly appointments?: Appointments;
}

/** What of the commands somebody has after a change and had not before. */
export function commandsGained(before: readonly string[], after: readonly string[]): readonly Command[] {
  return COMMANDS.filter((command) => after.includes(command) && !before.includes(command));
}

/** The counts of somebody who is given these commands now. */
export function appointed({ appointments = {} }: Appointed, gained: readonly Command[]): Appointments {
  return { ...appointments, ...Object.fromEntries(gained.map((one) => [one, (appointments[one] ?? 0) + 1])) };
}

/**
 * The commands of a user that a credential has no part in: it was issued before they were given, maybe by somebody who
 * could not have issued it since (docs/spec/identity.md, "Who comes to command").
 */
export function commandsWithheld(
  user: Appointed & { readonly policies: readonly string[] },
  credential: Appointed,
): readonly Command[] {
  const { appointments = {} } = user;
  return COMMANDS.filter(
    (one) => user.policies.includes(one) && (appointments[one] ?? 0) !== (credential.appointments?.[one] ?? 0),
  );
}

/** What a credential of a user bears of the user's counts: it shares in what the user commands as it is issued. */
export function sharing({ appointments }: Appointed): Appointed {
  return appointments === undefined ? {} : { appointments };
}
