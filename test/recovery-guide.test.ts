import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { hasDecryptor } from '../src/vault/decryptor.fixture.ts';
import { describeGuide } from './guide.fixture.ts';

const AWS = '/usr/bin/aws';
const isPossible = (existsSync(AWS) && hasDecryptor) || process.env['KEYSTEAD_TEST_REQUIRE_ALL'] === '1';

describeGuide('recovery', {
  path: 'docs/guide/recovery.md',
  isPossible,
  reader: (_home, server) => {
    const { region, accessKeyId, secretAccessKey } = server.first!;
    return {
      before: [
        `aws() { ${AWS} --endpoint-url "$KEYSTEAD_URL" "$@"; }`,
        'mkdir -p srv/records/reports mnt && cd srv/records',
        'echo 2026,100 >reports/budget.csv; echo a >a.txt; echo picture >logo.png',
        'KEY=$(aws kms create-key --query KeyMetadata.Arn --output text)',
        `keystead vault environment create production --path "$HOME/vaults/production" --region ${region} --key "$KEY" --endpoint "$KEYSTEAD_URL" >"$HOME/made"`,
        'keystead vault backup production . --name records >/dev/null',
        'sleep 0.01; MOMENT=$(date -u +%FT%T.%3NZ); sleep 0.01',
        'echo garbage >reports/budget.csv; rm a.txt',
        'keystead vault backup production . --name records >/dev/null',
        `WRITER=$(sed -n 's/^writer id *//p' "$HOME/made"); cd "$HOME"`,
      ],
      env: {
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_DEFAULT_REGION: region,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
      },
      instead: [
        ['http://localhost:8420', '"$KEYSTEAD_URL"'],
        ['/mnt/copy-of-the-vault', '"$HOME/vaults/production"'],
        ['2026-11-20T03:00Z', '"$MOMENT"'],
        ['b41287b9785b5798030459f324e38b27', '"$WRITER"'],
        ['tools/decrypt.py', `/usr/bin/python3 ${resolve(import.meta.dirname, '../tools/decrypt.py')}`],
        ['/srv/', '"$HOME"/srv/'],
      ],
    };
  },
  prints: {
    'What is there': /logo\.png[^]*reports\/[^]*budget\.csv/,
    'When was it last good': /reports\/budget\.csv[^]*changed[^]*first[^]*changed \(content, times\)/,
    'What would a restore do': /beside +1[^]*is refused +false[^]*beside +reports\/budget\.csv/,
    'Get one thing back': /beside +1/,
    'Get everything back': /files +3/,
    'Something in the store is damaged': /finding count +0[^]*files +2/,
    'Prove that one could': /opened +5[^]*last proven restorable\n +level +drill[^]*source +records/,
    'When there is no server': /files +2[^]*budget\.csv/,
    'When there is no Keystead': /-0000000001[^]*-0000000002/,
  },
  more: (home) => {
    it('left everything where it says', () => {
      const at = (...names: string[]) => readFileSync(join(home().folder, ...names), 'utf8');
      expect(at('srv', 'records', 'reports', 'budget.csv')).toBe('garbage\n');
      expect(at('srv', 'restored', 'reports', 'budget.csv')).toBe('2026,100\n');
      expect(at('srv', 'restored', 'a.txt')).toBe('a\n');
      for (const folder of ['srv/salvaged', 'restored', 'by-hand'])
        expect(at(folder, 'reports', 'budget.csv')).toBe('garbage\n');
    });
  },
});
