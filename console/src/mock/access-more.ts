import type { Methods } from './mocked.ts';
import { principalsMock } from './access/principals.ts';
import { sessionsMock } from './access/session-samples.ts';

/** Sessions, credentials, approvals, providers and roles of the made-up server. */
export const accessMoreMock = { ...principalsMock, ...sessionsMock } satisfies Partial<Methods>;
