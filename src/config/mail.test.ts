import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

const folder = mkdtempSync(join(tmpdir(), 'keystead-mail-'));
const password = join(folder, 'password');
writeFileSync(password, 'secret\n');
afterAll(() => rmSync(folder, { recursive: true }));

describe('settings of the mail server', () => {
  it.each<[string, string, object]>([
    [
      'STARTTLS',
      'smtp://mail.example.com',
      { host: 'mail.example.com', port: 587, isImplicitTls: false, isPlain: false },
    ],
    ['TLS from the start', 'smtps://mail.example.com', { port: 465, isImplicitTls: true, isPlain: false }],
    ['this machine', 'smtp://127.0.0.1:2525', { host: '127.0.0.1', port: 2525, isPlain: true }],
    ['an address of IPv6', 'smtps://[2001:db8::1]:465', { host: '2001:db8::1', isPlain: false }],
  ])('take %s', (_, url, expected) => {
    const { mail } = readConfig({ KEYSTEAD_SMTP_URL: url, KEYSTEAD_SMTP_FROM: 'k@example.com' });
    expect(mail).toMatchObject({ from: 'k@example.com', ...expected });
  });

  it('take the password from a file, without its line end', () => {
    const { mail } = readConfig({
      KEYSTEAD_SMTP_URL: 'smtp://mail.example.com',
      KEYSTEAD_SMTP_FROM: 'k@example.com',
      KEYSTEAD_SMTP_USER: 'u',
      KEYSTEAD_SMTP_PASSWORD_FILE: password,
    });
    expect([mail?.user, String(mail?.password)]).toEqual(['u', 'secret']);
    expect(readConfig({}).mail).toBeUndefined();
  });

  it.each<[string, Record<string, string>]>([
    ['a password in the address', { KEYSTEAD_SMTP_URL: 'smtp://u:p@mail.example.com' }],
    ['another protocol', { KEYSTEAD_SMTP_URL: 'http://mail.example.com' }],
    ['no sender', { KEYSTEAD_SMTP_FROM: '' }],
    ['a sender with a line end', { KEYSTEAD_SMTP_FROM: 'k@example.com\nBcc: x@example.com' }],
    ['a user without a password', { KEYSTEAD_SMTP_USER: 'u' }],
    ['a password that is not there', { KEYSTEAD_SMTP_USER: 'u', KEYSTEAD_SMTP_PASSWORD_FILE: '/nowhere' }],
    ['a sender without a server', { KEYSTEAD_SMTP_URL: '' }],
    ['a link with a path', { KEYSTEAD_PUBLIC_URL: 'https://keys.example.com/x' }],
  ])('refuse %s', (_, change) => {
    const settings = { KEYSTEAD_SMTP_URL: 'smtp://mail.example.com', KEYSTEAD_SMTP_FROM: 'k@example.com' };
    expect(() => readConfig({ ...settings, ...change })).toThrow(ConfigError);
  });
});
