import type { KeysteadClient } from '@keystead/sdk';
import { accessMoreMock } from './access-more.ts';
import { accessMock } from './access.ts';
import { auditMock } from './audit.ts';
import { keysMock } from './keys.ts';
import { overviewMock } from './overview.ts';
import { sessionMock } from './session.ts';
import { signInMock } from './sign-in.ts';
import { settingsMock } from './settings.ts';
import { vaultMock } from './vault.ts';

/** Methods of the published client. */
export type Methods = { readonly [Name in keyof KeysteadClient]: KeysteadClient[Name] };

/** A made-up server in the browser's memory, put together from one table for each part of the console. */
export const MOCKED = {
  ...accessMock,
  ...auditMock,
  ...keysMock,
  ...overviewMock,
  ...settingsMock,
  ...vaultMock,
  ...accessMoreMock,
  ...sessionMock,
  ...signInMock,
} satisfies Partial<Methods>;
