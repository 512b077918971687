import { approvalsMock } from './access/approvals.ts';
import { credentialsMock } from './access/credentials.ts';
import { principalsMock } from './access/principals.ts';
import { providersMock } from './access/providers.ts';
import { rolesMock } from './access/roles.ts';
import { sessionsMock } from './access/session-samples.ts';
import type { Methods } from './mocked.ts';

/** Sessions, credentials, approvals, providers and roles of the made-up server. */
export const accessMoreMock = {
  ...credentialsMock,
  ...principalsMock,
  ...rolesMock,
  ...sessionsMock,
  ...approvalsMock,
  ...providersMock,
} satisfies Partial<Methods>;
