import { join } from 'node:path';
import { describeGuide } from './guide.fixture.ts';

describeGuide('the audit log', {
  path: 'docs/guide/audit.md',
  reader: (home) => ({
    env: { DATA: join(home.folder, 'data') },
    // An entry is in the log a second after what it tells of.
    before: [
      'keystead key create > /dev/null',
      "until keystead audit entries --action 'kms:*' | grep -q kms:CreateKey; do :; done",
    ],
  }),
  prints: {
    Look: /INDEX +TIME +ACTION[^]*kms:CreateKey +done[^]*There is no such entry/,
    'One entry': /^index +0$[^]*^leaf +\{"action":"/m,
    'Prove it': /(?:^ok {3}[A-Z].*\.\n){5}(?:ok {3}[A-Z].*\.\n){5}/m,
    'Nothing was rewritten': /(?:^ok {3}[A-Z].*\.\n){5}/m,
    'Take it with you': /^[1-9]\d*$/m,
    'Without the server': /^Verified: /m,
    'Uses over time': /"step":"hour"/,
  },
});
