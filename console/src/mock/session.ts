import { idOf } from './access/made-up.ts';
import type { Methods } from './mocked.ts';
import { sampleSession } from './sign-in.ts';

/** Who is signed in to the made-up server. */
export const sessionMock = {
  whoAmI: () =>
    Promise.resolve({
      principalId: idOf('ada'),
      name: 'ada',
      arn: 'arn:aws:iam::123456789012:user/ada',
      policies: ['owner'],
      credentialId: '6c7cf4b5-3b5f-4e57-9a53-0d3c7d2b8f11',
      tenantId: '5c1f0f0e-6d0b-4b7a-9a53-0d3c7d2b8f11',
      tenantName: 'default',
      accountId: '123456789012',
      session: sampleSession(),
    }),
} satisfies Partial<Methods>;
