import { existsSync } from 'node:fs';
import { describeGuide } from './guide.fixture.ts';

const AWS = '/usr/bin/aws';
const isPossible = existsSync(AWS) || process.env['KEYSTEAD_TEST_REQUIRE_ALL'] === '1';

describeGuide('keys', {
  path: 'docs/guide/keys.md',
  isPossible,
  reader: (_home, server) => {
    const { region, accountId, accessKeyId, secretAccessKey } = server.first!;
    return {
      before: [`aws() { ${AWS} --endpoint-url "$KEYSTEAD_URL" "$@"; }`],
      env: {
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_DEFAULT_REGION: region,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
      },
      instead: [['111122223333', accountId]],
    };
  },
  prints: {
    Encrypt: /^name,salary$/m,
    'Sign, and verify anywhere': /^Verified OK$/m,
    Authenticate: /^true$/m,
    'Have pairs made': /^Private-Key: \(384 bit\)$/m,
    'Bring a key':
      /^(?:\w+ +your material is version [0-9a-f-]{36} \(current\) of this key\s+){3}[^]*^Check value here {3}(\w+)\nCheck value there {2}\1$[^]*^keystead key import-parameters /m,
    'Names, tags, groups':
      /^aliases +alias\/brought$[^]*^tags +team=finance$[^]*^key ring +finance$[^]*the payroll of 2026[^]*^The policy can be set\.$/m,
    Rotate: /period days +180\n[^]*previous[^]*current[^]*^name,salary$/m,
    'The same key in two regions': /:eu-west-1:\d{12}:key\/mrk-[^]*^name,salary$/m,
    'Say who may use it': /^decision +refused$[^]*^decision +allowed$/m,
    'Switch it off, let it go': /state +disabled[^]*state +enabled[^]*last use[^]*pending-deletion/,
  },
});
