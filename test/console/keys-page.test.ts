import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeysteadClient } from '../../sdk/src/index.ts';
import { axeFindingsInBothThemes, hasChromium, type Visit } from './browser.fixture.ts';
import { consoleHouse, type ConsoleHouse } from './console.fixture.ts';

const ELSEWHERE = 'eu-west-1';

describe.skipIf(!hasChromium)('the page of a key', () => {
  let house: ConsoleHouse;
  let api: KeysteadClient;
  let visit: Visit;
  let page: Page;
  let region: string;
  let keyId: string;

  beforeAll(async () => {
    house = await consoleHouse();
    api = new KeysteadClient({ url: house.url, apiKey: house.first.apiKey });
    ({ region } = house.first);
    await Promise.all([api.addRegion({ region: ELSEWHERE }), api.createPrincipal({ name: 'grace', policies: [] })]);
    visit = await house.visit();
    ({ page } = visit);
  });
  afterAll(() => house.close());

  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const dialog = (name: string) => page.getByRole('dialog', { name });
  const tab = (name: string) => page.getByRole('tab', { name }).click();
  const key = () => api.getKey(region, keyId);
  async function expectAccessible(): Promise<void> {
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
  }
  async function inDialog(opens: string, title: string, fill: () => Promise<void>, verb: string): Promise<void> {
    await button(opens).click();
    await dialog(title).waitFor();
    await fill();
    await dialog(title).getByRole('button', { name: verb }).click();
    await dialog(title).waitFor({ state: 'detached' });
  }

  it('comes of a form that grows a command: alias, tags, ring, rotation, who may use it', async () => {
    await api.createKeyRing(region, { keyRing: 'payroll' });
    await page.goto(`/console/keys/new?region=${region}`);
    await page.getByRole('textbox', { name: 'Alias' }).fill('payroll');
    await page.getByRole('textbox', { name: 'Description' }).fill('rows of the database');
    await page.getByRole('combobox', { name: 'Who may use it' }).click();
    await page.getByRole('option', { name: 'grace' }).click();
    await page.keyboard.press('Escape');
    await button('Rotation, ring, tags, other regions').click();
    await page.getByRole('switch', { name: 'Rotate by itself' }).click({ force: true });
    await page.getByRole('combobox', { name: 'Key ring' }).click();
    await page.getByRole('option', { name: 'payroll' }).click();
    await page.getByRole('combobox', { name: 'Tags' }).fill('team=finance');
    await page.keyboard.press('Enter');
    await page.getByRole('switch', { name: 'Multi-Region key' }).click({ force: true });
    await page.getByText(/--alias alias\/payroll --description 'rows of the database' --tag team=finance/).waitFor();
    await expectAccessible();
    await button('Create the key').click();
    await page.getByRole('heading', { level: 1, name: 'payroll' }).waitFor();
    const made = await api.getKey(region, 'alias/payroll');
    ({ keyId } = made);
    expect(made).toMatchObject({
      keyRing: 'payroll',
      tags: [{ key: 'team', value: 'finance' }],
      rotation: { periodDays: 365 },
      multiRegion: { primaryRegion: region },
    });
    expect((await api.getKeyPolicy(region, keyId)).policy).toContain(':user/grace');
    await expectAccessible();
  });

  it('changes what the key is called, and where it is grouped', async () => {
    await inDialog(
      'Add an alias',
      'Add an alias',
      () => page.getByLabel('Alias', { exact: false }).last().fill('wages'),
      'Add the alias',
    );
    await button('Remove the alias wages').waitFor();
    await inDialog(
      'Remove the alias payroll',
      'Remove the alias payroll?',
      async () => expectAccessible(),
      'Remove the alias',
    );
    await page.getByRole('heading', { level: 1, name: 'wages' }).waitFor();
    await inDialog(
      'Add a tag',
      'Add a tag',
      async () => {
        await page.getByLabel('Name').fill('cost=');
        await page.getByLabel('Value').fill('12');
      },
      'Add the tag',
    );
    await button('Remove the tag cost=').waitFor();
    await button('Remove the tag team').click();
    await button('Remove the tag team').waitFor({ state: 'detached' });
    await inDialog(
      'Change it',
      'Change the description',
      () => page.getByRole('textbox', { name: 'Description' }).fill('of wages'),
      'Save it',
    );
    await page.getByText('of wages').first().waitFor();
    expect(await key()).toMatchObject({
      aliases: ['alias/wages'],
      tags: [{ key: 'cost=', value: '12' }],
      description: 'of wages',
    });
  });

  it('rotates on demand, and ends the rotation by itself', async () => {
    await button('Actions').click();
    await page.getByRole('menuitem', { name: 'Rotate now' }).click();
    await button('Rotate the key').click();
    await page.getByText('wages has new material.').waitFor();
    await tab('Versions and rotation');
    await page.getByText('Decrypts').waitFor();
    await expectAccessible();
    await inDialog('End it', 'End the automatic rotation?', async () => {}, 'End it');
    await page.getByText('The key does not rotate by itself.').waitFor();
    const shown = await key();
    expect([shown.versions.length, shown.rotation]).toEqual([2, undefined]);
  });

  it('has its policy changed, once the server would take it, and says it in words', async () => {
    await tab('Policy');
    const policy = page.getByRole('textbox', { name: 'Policy' });
    await page.getByText('the user grace').waitFor();
    await policy.fill('{ "Version": ');
    await page.getByText('This is not JSON yet').waitFor();
    const statement = {
      Sid: 'all',
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${house.first.accountId}:root` },
      Action: 'kms:*',
      Resource: '*',
    };
    await policy.fill(JSON.stringify({ Version: '2012-10-17', Statement: [{ ...statement, Effect: 'Permit' }] }));
    await page.getByText('The server would refuse it').waitFor();
    expect(await button('Save the policy').isDisabled()).toBe(true);
    await expectAccessible();
    const good = JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, null, 2);
    await policy.fill(good);
    await page.getByText('The server would take this policy.').waitFor();
    await button('Save the policy').click();
    await page.getByText('The policy counts for every request from now on.').waitFor();
    expect((await api.getKeyPolicy(region, keyId)).policy).toBe(good);
  });

  it('asks before what was changed in a policy is lost, whichever way one leaves', async () => {
    const policy = page.getByRole('textbox', { name: 'Policy' });
    const asked = dialog('Leave without saving?');
    const stay = async (): Promise<void> => {
      await asked.getByRole('button', { name: 'Stay here' }).click();
      await asked.waitFor({ state: 'detached' });
      expect(await policy.inputValue()).toBe('{ "Version": "begun" }');
    };
    await policy.fill('{ "Version": "begun" }');
    await tab('Grants');
    await asked.waitFor();
    await expectAccessible();
    await stay();
    await page.getByRole('link', { name: 'Audit' }).first().click();
    await stay();
    await page.evaluate('history.back()');
    await stay();
    // Of a reload the browser asks: once it is dismissed, everything is as it was.
    const reload = page.waitForEvent('dialog');
    await page.evaluate('setTimeout(() => location.reload())');
    const native = await reload;
    expect(native.type()).toBe('beforeunload');
    await native.dismiss();
    expect(await policy.inputValue()).toBe('{ "Version": "begun" }');
    await tab('Grants');
    await asked.getByRole('button', { name: 'Leave it' }).click();
    await page.getByRole('heading', { name: 'No grants' }).waitFor();
    await tab('Policy');
    expect(await policy.inputValue()).toBe((await api.getKeyPolicy(region, keyId)).policy);
  });

  it('tells of a policy that somebody else sets while one writes another', async () => {
    const policy = page.getByRole('textbox', { name: 'Policy' });
    const before = await policy.inputValue();
    await policy.fill(`${before} `);
    const theirs = `${before}\n`;
    await api.setKeyPolicy(region, keyId, { policy: theirs });
    // All of the key is read anew after an act.
    await button('Actions').click();
    await page.getByRole('menuitem', { name: 'Rotate now' }).click();
    await button('Rotate the key').click();
    await page.getByText('Somebody has set another policy meanwhile').waitFor();
    await expectAccessible();
    await button('Drop mine and show theirs').click();
    expect(await policy.inputValue()).toBe(theirs);
    await api.setKeyPolicy(region, keyId, { policy: before });
  });

  it('tells who can do what with it and why, and hands rights out by a grant', async () => {
    await tab('Who can do what');
    await button('no: grace may not Decrypt').click();
    await page
      .getByRole('dialog', { name: 'grace may not Decrypt' })
      .getByText(/keystead access explain/)
      .waitFor();
    await expectAccessible();
    await page.keyboard.press('Escape');
    await tab('Grants');
    await button('Make a grant').click();
    await page.getByRole('combobox', { name: 'To whom' }).click();
    await page.getByRole('option', { name: 'grace' }).click();
    await page.getByRole('combobox', { name: 'May' }).click();
    await page.getByRole('option', { name: 'Decrypt', exact: true }).click();
    await page.keyboard.press('Tab');
    await page.getByLabel('Only with this encryption context').fill('proof=a=b');
    await expectAccessible();
    await button('Make the grant').click();
    await button('Revoke the grant to user/grace').waitFor();
    expect((await api.listGrants(region, keyId)).items).toMatchObject([
      { operations: ['Decrypt'], constraints: { encryptionContextSubset: [{ name: 'proof', value: 'a=b' }] } },
    ]);
    await expectAccessible();
    await button('Revoke the grant to user/grace').click();
    await dialog('Revoke the grant to user/grace?').getByRole('button', { name: 'Revoke the grant' }).click();
    await page.getByRole('heading', { name: 'No grants' }).waitFor();
    expect((await api.listGrants(region, keyId)).items).toEqual([]);
  });

  it('shows who depends on it and how often it was used, and goes to another region', async () => {
    await tab('Who depends on it');
    await page.getByText('No environment has it as a master key.').waitFor();
    await expectAccessible();
    await tab('Uses');
    await page.getByText(/in 7 days\. Counted since/).waitFor();
    await expectAccessible();
    await tab('Regions');
    await button('Replicate it').click();
    await dialog('Replicate the key').getByRole('button', { name: 'Replicate it' }).click();
    await button(`Make ${ELSEWHERE} the primary`).waitFor();
    expect((await api.getKey(ELSEWHERE, keyId)).multiRegion?.regions).toEqual([ELSEWHERE, region].toSorted());
    await expectAccessible();
  });

  it('lets go of a key after its name was typed, and of a ring that is empty', async () => {
    const { keyId: gone } = await api.createKey(region, { aliases: ['alias/gone'] });
    await page.goto(`/console/keys/${region}/${gone}`);
    await button('Actions').click();
    await page.getByRole('menuitem', { name: 'Schedule deletion' }).click();
    const asked = dialog('Schedule the deletion of gone?');
    // Digit by digit: the first of them alone is too few days.
    await asked.getByLabel('Waiting time in days').fill('');
    await asked.getByLabel('Waiting time in days').pressSequentially('14');
    await asked.getByText('For 14 days it can be called back').waitFor();
    await asked.getByLabel('Waiting time in days').fill('9');
    await asked.getByText('For 9 days it can be called back').waitFor();
    expect(await asked.getByRole('button', { name: 'Schedule its deletion' }).isDisabled()).toBe(true);
    await asked.getByLabel('Type gone to go on').fill('gone');
    await expectAccessible();
    await asked.getByRole('button', { name: 'Schedule its deletion' }).click();
    await page.getByText('The deletion of gone is scheduled.').waitFor();
    const due = Date.parse((await api.getKey(region, gone)).deletionDueAt ?? '') - Date.now();
    expect(Math.round(due / 86_400_000)).toBe(9);
    await button('Undo').click();
    await page.getByText('gone stays. It is disabled until somebody enables it.').waitFor();
    await page.goto(`/console/keys/rings?region=${region}`);
    await inDialog('Create a key ring', 'Create a key ring', () => page.getByLabel('Name').fill('spare'), 'Create it');
    await button('Delete the key ring payroll').click();
    await dialog('Delete the key ring payroll?').getByRole('button', { name: 'Delete the key ring' }).click();
    await page.locator('[data-problem]').waitFor();
    await page.keyboard.press('Escape');
    await inDialog('Delete the key ring spare', 'Delete the key ring spare?', async () => {}, 'Delete the key ring');
    await expectAccessible();
    expect((await api.listKeyRings(region)).items.map(({ keyRing }) => keyRing)).toEqual(['default', 'payroll']);
  });

  it('fits a narrow screen', async () => {
    await page.setViewportSize({ width: 360, height: 800 });
    for (const path of ['/keys', '/keys/new', '/keys/bring', '/keys/rings', `/keys/${region}/${keyId}`]) {
      await page.goto(`/console${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
      expect([path, Number(overflow) <= 0]).toEqual([path, true]);
    }
  });

  it('did all that without a fault', () => expect(visit.faults).toEqual([]));
});
