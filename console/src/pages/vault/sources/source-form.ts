import type { KeysteadClient, Source } from '@keystead/sdk';
import { cronOf, NIGHTLY, timingOf, type Timing } from '../schedules/timing.ts';

/** A source as its form has it. */
export interface SourceForm {
  readonly name: string;
  readonly kind: 'folder' | 'postgres';
  readonly path: string;
  readonly include: string;
  readonly exclude: string;
  readonly skipCaches: boolean;
  readonly oneFileSystem: boolean;
  readonly before: string;
  readonly after: string;
  readonly host: string;
  readonly port: number | string;
  readonly user: string;
  readonly password: string;
  readonly tls: string | null;
  readonly databases: string;
  readonly isTimed: boolean;
  readonly timing: Timing;
  readonly alertAfterHours: number | string;
  readonly mebibytesPerSecond: number | string;
}

const MEBIBYTE = 1024 * 1024;
const DEFAULT_ALERT_HOURS = 36;
const text = (lines: readonly string[] = []): string => lines.join('\n');

/** What a form begins with: as the source is, or as a new one best is. */
export function sourceForm(source: Source | undefined): SourceForm {
  const { folder, postgres, schedule, limits, alertAfterHours } = source ?? {};
  const isNew = source === undefined;
  return {
    name: source?.name ?? '',
    kind: source?.kind === 'postgres' ? 'postgres' : 'folder',
    path: folder?.path ?? '',
    include: text(folder?.include),
    exclude: text(folder?.exclude),
    skipCaches: folder?.skipCaches ?? false,
    oneFileSystem: folder?.oneFileSystem ?? false,
    before: text(folder?.before),
    after: text(folder?.after),
    host: postgres?.host ?? '',
    port: postgres?.port ?? '',
    user: postgres?.user ?? '',
    password: '',
    tls: postgres?.tls ?? null,
    databases: text(postgres?.databases),
    isTimed: isNew || schedule !== undefined,
    timing: schedule === undefined ? NIGHTLY : timingOf(schedule.cron, schedule.timeZone),
    alertAfterHours: alertAfterHours ?? (isNew ? DEFAULT_ALERT_HOURS : ''),
    mebibytesPerSecond: limits?.bytesPerSecond === undefined ? '' : limits.bytesPerSecond / MEBIBYTE,
  };
}

/** What the admin API takes for a source. */
export type NewSource = Parameters<KeysteadClient['createSource']>[1];
type SourceChange = NonNullable<Parameters<KeysteadClient['updateSource']>[2]>;

/** What the form says, for a new source or for one that there is. */
export function sourceBody(form: SourceForm, source?: Source): NewSource {
  return { name: form.name.trim(), ...specOf(form, source), ...settingsOf(form, source?.schedule) };
}

/** What the form says, for one that there is: what is empty now is taken away. */
export function sourceChange(form: SourceForm, source: Source): SourceChange {
  const settings = settingsOf(form, source.schedule);
  const remove = (['schedule', 'limits', 'alertAfterHours'] as const).filter((name) => settings[name] === undefined);
  return { ...specOf(form, source), ...settings, ...(remove.length > 0 && { remove }) };
}

function settingsOf(
  form: SourceForm,
  present: Source['schedule'],
): Pick<NewSource, 'schedule' | 'limits' | 'alertAfterHours'> {
  const { isTimed, timing, alertAfterHours, mebibytesPerSecond } = form;
  // The form has no fields for missed times: what was said of them elsewhere stays.
  const missed = present && { ifMissed: present.ifMissed, missedWithinHours: present.missedWithinHours };
  return {
    ...(isTimed && { schedule: { cron: cronOf(timing), timeZone: timing.timeZone, ...missed } }),
    ...(alertAfterHours !== '' && { alertAfterHours: Number(alertAfterHours) }),
    ...(mebibytesPerSecond !== '' && { limits: { bytesPerSecond: Math.round(Number(mebibytesPerSecond) * MEBIBYTE) } }),
  };
}

function specOf(form: SourceForm, source: Source | undefined): Pick<NewSource, 'folder' | 'postgres'> {
  const { path, skipCaches, oneFileSystem, host, port, user, password, tls } = form;
  if (form.kind === 'folder') {
    const timeout = source?.folder?.commandTimeoutMs;
    return {
      folder: {
        path: path.trim(),
        ...lines('include', form.include),
        ...lines('exclude', form.exclude),
        ...lines('before', form.before),
        ...lines('after', form.after),
        ...(skipCaches && { skipCaches }),
        ...(oneFileSystem && { oneFileSystem }),
        ...(timeout !== undefined && { commandTimeoutMs: timeout }),
      },
    };
  }
  return {
    postgres: {
      host: host.trim(),
      user: user.trim(),
      ...(port !== '' && { port: Number(port) }),
      ...(tls !== null && { tls: tls as 'disable' | 'require' | 'verify-full' }),
      ...(password !== '' && { password }),
      ...lines('databases', form.databases),
    },
  };
}

function lines<Name extends string>(name: Name, value: string): { readonly [N in Name]?: readonly string[] } {
  const given = value.split('\n').filter((line) => line.trim() !== '');
  return given.length === 0 ? {} : ({ [name]: given } as unknown as { readonly [N in Name]: readonly string[] });
}
